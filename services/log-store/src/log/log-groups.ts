import {
  firstOpenSeq,
  type GroupedEntry,
  type OpenGroup,
  planOpenGroups,
  readableThrough,
  releaseOpenGroups,
} from '@shoal/core';
import type { Store } from '../store/open-store.ts';
import type { LogVector } from './log-vector.ts';

/**
 * The groups of which a log does not have the end yet (REP-8): what sync.db says of them, kept at hand. Changed only within a
 * transaction of the log; `reload` after one that failed. What may be read is core's to say.
 */
export class LogGroups {
  readonly #store: Store;
  readonly #vector: LogVector;
  #open: readonly OpenGroup[] = [];

  constructor(store: Store, vector: LogVector) {
    this.#store = store;
    this.#vector = vector;
  }

  /** The last seq that ingest may read: what is behind it may be the middle of a group. */
  readableSeq(headSeq: number): number {
    return readableThrough(headSeq, this.#open);
  }

  /** Where the first group begins that ingest waits for; null: it waits for none. */
  firstOpenSeq(): number | null {
    return firstOpenSeq(this.#open);
  }

  /** Entries were added, or what is claimed moved. A group that is whole but for what was damaged is not waited for. */
  plan(added: readonly GroupedEntry[]): void {
    if (added.length === 0 && this.#open.length === 0) return;
    this.#become(planOpenGroups({ open: this.#open, added, have: this.#vector.claimed }));
  }

  /** The open groups that begin at or below `seq` are read as they are. */
  release(seq: number): void {
    this.#become(releaseOpenGroups(this.#open, seq));
  }

  reload(): void {
    this.#open = this.#store.groups.all(this.#vector.streamById);
  }

  #become(open: readonly OpenGroup[]): void {
    const before = new Map(this.#open.map((group) => [keyOf(group), group]));
    for (const group of open) {
      // Where an open group begins never changes.
      const isKnown = before.delete(keyOf(group));
      if (!isKnown) this.#store.groups.add({ ...group, streamId: this.#vector.idOf(group.stream) });
    }
    for (const { stream, groupLast } of before.values()) {
      this.#store.groups.remove({ streamId: this.#vector.idOf(stream), groupLast });
    }
    this.#open = open;
  }
}

function keyOf({ stream, groupLast }: OpenGroup): string {
  return `${stream} ${groupLast}`;
}
