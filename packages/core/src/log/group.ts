import type { StreamId } from '../ids.ts';
import { type Vector, vectorAt } from './vector.ts';

/** What the log knows of the group of one stored entry (REP-8). */
export interface GroupMark {
  readonly seq: number;
  readonly stream: StreamId;
  /** The originSeq of the group's last entry. */
  readonly groupLast: number;
}

/** A group whose end the log does not have yet, and the seq of the first of its entries that waits for it. */
export interface OpenGroup {
  readonly stream: StreamId;
  readonly groupLast: number;
  readonly firstSeq: number;
}

/**
 * Which groups of newly stored entries are still open: `have` does not reach their end (REP-8). One per stream and
 * end, at the lowest seq among `marks`.
 */
export function openGroups(marks: Iterable<GroupMark>, have: Vector): OpenGroup[] {
  const openByKey = new Map<string, OpenGroup>();
  for (const { seq, stream, groupLast } of marks) {
    if (vectorAt(have, stream) >= groupLast) continue;
    const key = `${stream} ${groupLast}`;
    const known = openByKey.get(key);
    if (known === undefined || seq < known.firstSeq) openByKey.set(key, { stream, groupLast, firstSeq: seq });
  }
  return [...openByKey.values()];
}

/** Whether `have` reaches the end of a group, so that it may be applied whole (REP-8). */
export function isComplete(group: OpenGroup, have: Vector): boolean {
  return vectorAt(have, group.stream) >= group.groupLast;
}

/**
 * Up to which seq ingest may read: everything below the first entry of a group that is still open (REP-8). Groups
 * that a stored round or a deadline has released are no longer named in `open`; so nothing waits for ever.
 */
export function readableSeq(headSeq: number, open: Iterable<OpenGroup>): number {
  let readable = headSeq;
  for (const { firstSeq } of open) readable = Math.min(readable, firstSeq - 1);
  return readable;
}
