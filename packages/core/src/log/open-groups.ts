import type { StreamId } from '../ids.ts';
import { type Vector, vectorAt } from './vector.ts';

/** An entry that a log stored, and the group that it belongs to (REP-8). */
export interface GroupedEntry {
  readonly seq: number;
  readonly stream: StreamId;
  readonly originSeq: number;
  /** The originSeq of the group's last entry. */
  readonly groupLast: number;
}

/** A group of which the log does not have the end yet: ingest waits for it (REP-8). */
export interface OpenGroup {
  readonly stream: StreamId;
  readonly groupLast: number;
  /** Where what there is of it begins. */
  readonly firstSeq: number;
}

/** The groups that a log waited for, and what has just come. */
export interface GroupChange {
  readonly open: readonly OpenGroup[];
  readonly added: readonly GroupedEntry[];
  readonly have: Vector;
}

/**
 * The open groups after entries were added or `have` moved. A group is open until `have` reaches its end or something
 * at or behind its end has come: streams come in their order, so what of it is not there then was superseded.
 */
export function planOpenGroups({ open, added, have }: GroupChange): OpenGroup[] {
  const groupByKey = new Map(open.map((group) => [keyOf(group), group]));
  const lastByStream = new Map<StreamId, number>();
  for (const { stream, originSeq, groupLast, seq } of added) {
    const key = keyOf({ stream, groupLast });
    if (!groupByKey.has(key)) groupByKey.set(key, { stream, groupLast, firstSeq: seq });
    lastByStream.set(stream, Math.max(originSeq, lastByStream.get(stream) ?? 0));
  }
  return [...groupByKey.values()].filter(({ stream, groupLast }) => {
    return Math.max(vectorAt(have, stream), lastByStream.get(stream) ?? 0) < groupLast;
  });
}

/** The open groups after those that begin at or below `seq` were given up: they are read as they are (REP-8). */
export function releaseOpenGroups(open: readonly OpenGroup[], seq: number): OpenGroup[] {
  return open.filter(({ firstSeq }) => firstSeq > seq);
}

/** Where the first group begins that ingest waits for; null where it waits for none. */
export function firstOpenSeq(open: readonly OpenGroup[]): number | null {
  let first: number | null = null;
  for (const { firstSeq } of open) if (firstSeq < (first ?? firstSeq + 1)) first = firstSeq;
  return first;
}

/** Up to which seq ingest may read: below the first open group. A page of that ends where it cuts none (REP-8). */
export function readableThrough(headSeq: number, open: readonly OpenGroup[]): number {
  return Math.min(headSeq, (firstOpenSeq(open) ?? Number.POSITIVE_INFINITY) - 1);
}

/** What is behind the last entry of a page: the end of the log, a group that is open, or more than a page holds. */
export type PageEnd = 'head' | 'open-group' | 'more';

/**
 * How many of a page's entries, in seq order, to give out so that no group is cut (REP-8): the most that will do. Where
 * every end would cut one, a full page is cut, and before an open group there is waited. `lastSeqOf` tells where the
 * last entry of an entry's group lies in the log.
 */
export function wholePageLength(
  entries: readonly GroupedEntry[],
  end: PageEnd,
  lastSeqOf: (entry: GroupedEntry) => number,
): number {
  if (end === 'head') return entries.length;
  let whole = 0;
  let throughSeq = 0;
  for (const [at, entry] of entries.entries()) {
    throughSeq = Math.max(throughSeq, lastSeqOf(entry));
    if (throughSeq <= entry.seq) whole = at + 1;
  }
  return whole === 0 && end === 'more' ? entries.length : whole;
}

function keyOf({ stream, groupLast }: Pick<OpenGroup, 'stream' | 'groupLast'>): string {
  return `${stream} ${groupLast}`;
}
