import { type DeviceId, deviceOf, type LogId, type StreamId } from '../ids.ts';
import { includes, type Version } from '../record/version.ts';
import { claims, type StreamPosition, type Vector } from './vector.ts';

/**
 * A member's own statement of what it has applied (LOG-3, LOG-6). It holds for good, so it may be kept, relayed and
 * come late: what was applied once is known to open.
 */
export interface Ack {
  readonly device: DeviceId;
  readonly logId: LogId;
  /** The life of its log-store, and how far it had numbered then: where the member stood itself. */
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly applied: Vector;
  /** All that it passed over of that without applying it. */
  readonly exceptions: readonly StreamPosition[];
}

/** An entry of one record, as a hub knows it. */
export interface AdmissionCandidate extends StreamPosition {
  readonly version: Version;
}

/** Whether this device's own ingest lets an entry count: it has applied it, and did not pass over it (LOG-3). */
export function isAdmittedByIngest(
  { seq, isPassedOver }: { readonly seq: number; readonly isPassedOver: boolean },
  appliedSeq: number,
): boolean {
  return seq <= appliedSeq && !isPassedOver;
}

/**
 * Whether a hub may rely on an ack: its own log claims all that the member passed over. Before that it cannot tell
 * which records these are about, and waits for the next one (LOG-3).
 */
export function isAckUsable({ exceptions }: Ack, have: Vector): boolean {
  return exceptions.every((position) => claims(have, position));
}

/**
 * Which entries of one record a hub, which has no ingest, lets count (LOG-3): those that a member other than their
 * author says to have applied. Their author is the device of their stream, which sealed them. A vector covers also what
 * the member never met, as others had superseded it; so a member says nothing of an entry that is included in one it
 * passed over. `ofRecord`: all of the record's entries that the hub holds; `acks`: the usable ones.
 */
export function admittedByAcks<T extends AdmissionCandidate>(
  ofRecord: readonly T[],
  acks: Iterable<Ack>,
): Set<T> {
  const admitted = new Set<T>();
  for (const ack of acks) {
    const passedOver = ofRecord.filter((entry) => isException(ack, entry));
    for (const entry of ofRecord) {
      if (ack.device === deviceOf(entry.stream) || !claims(ack.applied, entry)) continue;
      if (passedOver.some(({ version }) => includes(version, entry.version))) continue;
      admitted.add(entry);
    }
  }
  return admitted;
}

/**
 * Per stream, behind which position an ack says more than the one of the same member before it, if there was one:
 * what it newly covers, and what it does not pass over any more. What a hub has looked at there is looked at again.
 */
export function newlyAcked(before: Ack | undefined, ack: Ack): Map<StreamId, number> {
  const behind = new Map<StreamId, number>();
  const from = (stream: StreamId, originSeq: number) =>
    behind.set(stream, Math.min(originSeq, behind.get(stream) ?? originSeq));
  for (const [stream, originSeq] of ack.applied) {
    const known = before?.applied.get(stream) ?? 0;
    if (originSeq > known) from(stream, known);
  }
  const isStillPassedOver = (position: StreamPosition) => isException(ack, position);
  for (const position of before?.exceptions ?? []) {
    if (!isStillPassedOver(position)) from(position.stream, position.originSeq - 1);
  }
  return behind;
}

function isException({ exceptions }: Ack, { stream, originSeq }: StreamPosition): boolean {
  return exceptions.some((each) => each.stream === stream && each.originSeq === originSeq);
}
