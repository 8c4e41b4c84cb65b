import type { EntitySchema } from '@mikro-orm/core';
import type { SyncedModel } from '../model/sync-model.ts';
import type { ChangeFeed } from './change-feed.ts';
import { itemQueue } from './item-queue.ts';
import { requireModel } from './watch-records.ts';

/**
 * Results of a query, again whenever a model that it reads has changed: the first as soon as nothing can be missed, then
 * one for all changes that came while the one before was worked on. Ends
 * when its caller stops taking, or aborts, or closes the library.
 */
export async function* liveQuery<T>(options: {
  readonly feed: ChangeFeed;
  readonly known: readonly SyncedModel[];
  readonly entities: readonly EntitySchema[];
  readonly run: () => Promise<T>;
  readonly signal?: AbortSignal | undefined;
}): AsyncGenerator<T> {
  const names = new Set<string>(
    options.entities.map((entity) => requireModel(options.known, entity).spec.name),
  );
  // One word for all that came.
  const queue = itemQueue(1);
  const stop = options.feed.listen({
    changed(changes) {
      if (changes.some(({ ref }) => names.has(ref.model))) queue.gap();
    },
    gap: queue.gap,
    ended: queue.end,
  });
  const abort = () => queue.end();
  options.signal?.addEventListener('abort', abort);
  if (options.signal?.aborted === true) abort();
  try {
    while ((await queue.take()) !== 'end') yield await options.run();
  } finally {
    options.signal?.removeEventListener('abort', abort);
    stop();
  }
}
