import type { EntitySchema, InferEntity } from '@mikro-orm/core';
import { type DeviceId, limits, type RecordId, ShoalError } from '@shoal/core';
import type { SyncedModel } from '../model/sync-model.ts';
import type { LibraryReader } from '../read/library-reader.ts';
import type { NumberedChange } from '../store/change-store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { itemQueue } from './item-queue.ts';
import { type PlainRecord, plainRecord } from './plain-record.ts';

/** One change of a record, with what is there now. */
export interface RecordChange<E = unknown> {
  readonly kind: 'change';
  /** Greater for what was committed later, in whichever process; given once. */
  readonly number: number;
  readonly change: 'insert' | 'update' | 'delete';
  readonly id: RecordId;
  /** Properties that were written; of an update that only shows or hides what it refers to, none. */
  readonly properties: readonly string[];
  /** Written on this device, or arrived. */
  readonly origin: 'local' | 'remote';
  readonly device: DeviceId;
  /** As it is when the item is taken; null: it is gone. */
  readonly record: PlainRecord<E> | null;
}

/** What a watcher is told. A gap says that something may have been missed: who reads now, and goes on, has it all. */
export type WatchItem<E = unknown> = RecordChange<E> | { readonly kind: 'gap' };

/** Watches one model of a library: begins with a gap; ends when its caller stops taking, or aborts, or closes the library. */
export type Watch = <S extends EntitySchema>(
  entity: S,
  filter?: ((change: RecordChange<InferEntity<S>>) => boolean) | null,
  options?: { readonly signal?: AbortSignal },
) => AsyncGenerator<WatchItem<InferEntity<S>>>;

/** Prepares watching. Who takes too slowly gets a gap in the place of more than `watchQueueMax` changes. */
export function recordWatch(options: {
  readonly feed: ChangeFeed;
  readonly reader: LibraryReader;
  readonly models: readonly SyncedModel[];
  readonly device: DeviceId;
}): Watch {
  const { feed, reader, models, device } = options;

  return (<E>(
    entity: EntitySchema,
    filter?: ((change: RecordChange<E>) => boolean) | null,
    { signal }: { readonly signal?: AbortSignal } = {},
  ) => {
    const model = requireModel(models, entity);
    const queue = itemQueue<NumberedChange>(limits.watchQueueMax);
    const stop = feed.listen({
      changed(changes) {
        for (const change of changes) if (change.ref.model === model.spec.name) queue.add(change);
      },
      gap: queue.gap,
      ended: queue.end,
    });
    const abort = () => queue.end();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    return items();

    async function* items(): AsyncGenerator<WatchItem<E>> {
      try {
        for (;;) {
          const next = await queue.take();
          if (next === 'end') return;
          if (next === 'gap') {
            yield { kind: 'gap' };
            continue;
          }
          const change = toChange<E>(next);
          if (filter == null || filter(change)) yield change;
        }
      } finally {
        signal?.removeEventListener('abort', abort);
        stop();
      }
    }

    function toChange<R>(noted: NumberedChange): RecordChange<R> {
      const { number, change, ref, fields } = noted;
      const found = change === 'delete' ? undefined : reader.get(ref.model, ref.id);
      const properties = model.columns.filter(({ field }) => fields.includes(field.name));
      return {
        ...{ kind: 'change', number, change, id: ref.id, device: noted.device },
        properties: properties.map(({ property }) => property),
        origin: noted.device === device ? 'local' : 'remote',
        record: found === undefined ? null : plainRecord<R>(model, found),
      };
    }
  }) as Watch;
}

/** Throws `unknown-model` for an entity that does not sync. */
export function requireModel(models: readonly SyncedModel[], entity: EntitySchema): SyncedModel {
  const model = models.find((each) => each.entity === entity);
  if (model !== undefined) return model;
  const name = String(entity.meta.className);
  const known = models.map(({ spec }) => spec.name).join(', ');
  throw new ShoalError('unknown-model', `${name} does not sync; these do: ${known}`, { model: name });
}
