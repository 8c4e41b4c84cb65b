import type { AppendCandidate, Dot, RecordState, StreamId } from '@shoal/core';

/** A change as the relay ships it. Never changed, so that sharing the object is as good as a copy. */
export interface Change extends AppendCandidate {
  readonly dot: Dot;
  readonly schemaVersion: number;
  /** What opening the payload gives; null: it does not open, on no device. */
  readonly state: RecordState | null;
}

/** A change with its place in the stream of the log that appended it (CHG-1, REP-8). */
export interface Entry extends Change {
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly groupLast: number;
}

/** An entry as it comes off the network: null where its bytes were damaged on the way. */
export type ReceivedEntry = Entry | null;

/** The place of an entry, as a key. */
export function placeKey({ stream, originSeq }: Pick<Entry, 'stream' | 'originSeq'>): string {
  return `${stream} ${originSeq}`;
}
