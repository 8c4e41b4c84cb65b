import {
  firstOpenSeq,
  type GroupedEntry,
  type GroupSpan,
  planGroupSpans,
  readableThrough,
  releaseGroupSpans,
  type StreamId,
} from '@shoal/core';
import type { LogVector } from './log-vector.ts';
import type { Store } from './store/open-store.ts';

/**
 * The groups of a log that reading might cut (REP-8): what sync.db says of them, kept at hand. Changed only within a
 * transaction of the log; `reload` after one that failed. What may be read is core's to say.
 */
export class LogGroups {
  readonly #store: Store;
  readonly #vector: LogVector;
  #spans: readonly GroupSpan[] = [];

  constructor(store: Store, vector: LogVector) {
    this.#store = store;
    this.#vector = vector;
  }

  /** The last seq that ingest may read without cutting a group. */
  readableSeq(headSeq: number): number {
    return this.#spans.length === 0 ? headSeq : readableThrough(headSeq, this.#spans);
  }

  /** Where the first group begins that ingest waits for; null: it waits for none. */
  firstOpenSeq(): number | null {
    return firstOpenSeq(this.#spans);
  }

  /** Whether reading might cut that group. */
  knows(stream: StreamId, groupLast: number): boolean {
    return this.#spans.some((span) => span.stream === stream && span.groupLast === groupLast);
  }

  /** Entries were added, or what is claimed moved. A group that is whole but for what was damaged is not waited for. */
  plan(added: readonly GroupedEntry[], headSeq: number): void {
    if (added.length === 0 && this.#spans.length === 0) return;
    this.#become(planGroupSpans({ spans: this.#spans, added, have: this.#vector.claimed, headSeq }));
  }

  /** The open groups that begin at or below `seq` are read as they are. */
  release(seq: number, headSeq: number): void {
    this.#become(releaseGroupSpans(this.#spans, { seq, headSeq }));
  }

  reload(): void {
    this.#spans = this.#store.groups.all(this.#vector.streamById);
  }

  #become(spans: readonly GroupSpan[]): void {
    const before = new Map(this.#spans.map((span) => [keyOf(span), span]));
    for (const span of spans) {
      const known = before.get(keyOf(span));
      before.delete(keyOf(span));
      if (known === undefined || !isEqual(known, span)) {
        this.#store.groups.put({ ...span, streamId: this.#vector.idOf(span.stream) });
      }
    }
    for (const { stream, groupLast } of before.values()) {
      this.#store.groups.remove({ streamId: this.#vector.idOf(stream), groupLast });
    }
    this.#spans = spans;
  }
}

function keyOf({ stream, groupLast }: GroupSpan): string {
  return `${stream} ${groupLast}`;
}

function isEqual(a: GroupSpan, b: GroupSpan): boolean {
  return a.firstSeq === b.firstSeq && a.lastSeq === b.lastSeq && a.isOpen === b.isOpen;
}
