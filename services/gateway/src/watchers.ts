import { type LibraryId, limits, ShoalError } from '@shoal/core';
import { uuidToBytes, type WatchEvent } from '@shoal/proto';
import { type Change, type ChangeQueue, changeQueue } from './change-queue.ts';
import type { GatewayLibrary } from './gateway-library.ts';
import { recordToWire } from './read-records.ts';
import type { ChangedRef, RecordsHint } from './records-changed.ts';

/** The clients that watch, over all libraries. */
export interface Watchers {
  /**
   * Changes of one library's view from now on. The first event is a gap: who reads after it misses nothing. Throws
   * `unavailable` at the stop of the gateway, or beyond `watchersMax` watchers.
   */
  watch(options: WatchOptions): AsyncGenerator<WatchEvent>;
  /**
   * Says when something of a library may have changed: at once, with each change, and every `watchPollMs` for what no change
   * of a record tells. Ends and throws as `watch`.
   */
  looks(options: Omit<WatchOptions, 'model'>): AsyncGenerator<void>;
  /** Tells the watchers of its library. */
  changed(hint: RecordsHint): void;
  /** Tells the watchers of one library, or of all, that something may have been missed. */
  missed(library?: LibraryId): void;
  close(): void;
}

export interface WatchOptions {
  readonly library: GatewayLibrary;
  /** Empty: all. */
  readonly model: string;
  readonly signal: AbortSignal;
}

interface Watcher {
  readonly library: LibraryId;
  readonly model: string;
  readonly queue: ChangeQueue;
}

export function createWatchers(): Watchers {
  const watchers = new Set<Watcher>();
  const tell = (library: LibraryId | undefined, say: (watcher: Watcher) => void) => {
    for (const watcher of watchers) if (library === undefined || watcher.library === library) say(watcher);
  };
  /** What such a watcher is to hear, until its end; every `pollMs` a gap, where that is given. */
  async function* changesOf(
    { library, model, signal }: WatchOptions,
    pollMs?: number,
  ): AsyncGenerator<Change> {
    if (watchers.size >= limits.watchersMax) {
      throw new ShoalError('unavailable', `${limits.watchersMax} clients watch already`);
    }
    const queue = changeQueue(limits.watchQueueMax);
    const watcher = { library: library.library.libraryId, model, queue };
    watchers.add(watcher);
    signal.addEventListener('abort', queue.close);
    if (signal.aborted) queue.close();
    queue.pushGap();
    const poll = pollMs === undefined ? undefined : setInterval(queue.pushGap, pollMs);
    try {
      for (let change = await queue.take(); change !== undefined; change = await queue.take()) yield change;
      if (!signal.aborted) throw new ShoalError('unavailable', 'the gateway stops');
    } finally {
      clearInterval(poll);
      watchers.delete(watcher);
      signal.removeEventListener('abort', queue.close);
    }
  }

  return {
    async *watch(options) {
      const { library, model } = options;
      if (model !== '') library.registry.require(model);
      for await (const change of changesOf(options)) yield toEvent(library, change);
    },
    async *looks(options) {
      for await (const _ of changesOf({ ...options, model: '' }, limits.watchPollMs)) yield;
    },
    changed: ({ libraryId, records, hasMore }) => {
      tell(libraryId, ({ queue, model }) => {
        for (const changed of records) if (model === '' || changed.model === model) queue.push(changed);
        if (hasMore) queue.pushGap();
      });
    },
    missed: (library) => tell(library, ({ queue }) => queue.pushGap()),
    close: () => tell(undefined, ({ queue }) => queue.close()),
  };
}

const noBytes = Buffer.alloc(0);

function toEvent(library: GatewayLibrary, change: Change): WatchEvent {
  switch (change.kind) {
    case 'gap':
      return { model: '', recordId: noBytes, record: undefined, local: false, gap: true };
    case 'record':
      return recordEvent(library, change.changed);
  }
}

/** The record as it is now, which may be newer than the change that is told. */
function recordEvent(library: GatewayLibrary, { model, id, isLocal }: ChangedRef): WatchEvent {
  const found = library.reader().get(model, id);
  const record = found && recordToWire(found);
  return { model, recordId: uuidToBytes(id), record, local: isLocal, gap: false };
}
