import type { StreamId } from '../ids.ts';
import { type Vector, vectorAt } from './vector.ts';

/** An entry that a log stored, and the group that it belongs to (REP-8). */
export interface GroupedEntry {
  readonly seq: number;
  readonly stream: StreamId;
  readonly originSeq: number;
  /** The originSeq of the group's last entry. */
  readonly groupLast: number;
  /** Where the log holds entries of the group before this one: one that was lost comes back behind them (LOG-1). */
  readonly groupFirstSeq?: number;
}

/** Between which seqs the entries of a group lie in a log, as long as reading might cut it (REP-8). */
export interface GroupSpan {
  readonly stream: StreamId;
  readonly groupLast: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The log does not have its end yet. */
  readonly isOpen: boolean;
}

/** What a log knows of groups that reading might cut, and what has just become of them. */
export interface GroupChange {
  readonly spans: readonly GroupSpan[];
  readonly added: readonly GroupedEntry[];
  readonly have: Vector;
  readonly headSeq: number;
}

/**
 * The spans after entries were added or `have` moved. A group is open until `have` reaches its end or something at or
 * behind its end has come: streams come in their order, so what of it is not there then was superseded. What can
 * no longer be cut is forgotten.
 */
export function planGroupSpans({ spans, added, have, headSeq }: GroupChange): GroupSpan[] {
  const spanByKey = new Map(spans.map((span) => [keyOf(span), span]));
  const lastByStream = new Map<StreamId, number>();
  for (const entry of added) {
    const { stream, originSeq, groupLast, seq } = entry;
    const known = spanByKey.get(keyOf(entry));
    const firstSeq = known?.firstSeq ?? entry.groupFirstSeq ?? seq;
    spanByKey.set(keyOf(entry), { stream, groupLast, firstSeq, lastSeq: seq, isOpen: true });
    lastByStream.set(stream, Math.max(originSeq, lastByStream.get(stream) ?? 0));
  }
  const all = [...spanByKey.values()].map((span) => {
    const reached = Math.max(vectorAt(have, span.stream), lastByStream.get(span.stream) ?? 0);
    return { ...span, isOpen: span.isOpen && reached < span.groupLast };
  });
  return withoutReadable(all, headSeq);
}

/** The spans after the open groups that begin at or below `seq` were given up: they are read as they are (REP-8). */
export function releaseGroupSpans(
  spans: readonly GroupSpan[],
  { seq, headSeq }: { readonly seq: number; readonly headSeq: number },
): GroupSpan[] {
  const kept = spans.filter(({ isOpen, firstSeq }) => !isOpen || firstSeq > seq);
  return withoutReadable(kept, headSeq);
}

/**
 * Up to which seq ingest may read without cutting a group: below the first entry of every open one, and of every
 * other that would be cut there, because their entries lie between each other (REP-8).
 */
export function readableThrough(headSeq: number, spans: readonly GroupSpan[]): number {
  const firstOpen = firstOpenSeq(spans) ?? Number.POSITIVE_INFINITY;
  let readable = Math.min(headSeq, firstOpen - 1);
  // Those that end highest first: each that is cut lowers the place, and so only what ends below it is left to look at.
  for (const { firstSeq, lastSeq } of spans.toSorted((a, b) => b.lastSeq - a.lastSeq)) {
    if (lastSeq <= readable) break;
    if (firstSeq <= readable) readable = firstSeq - 1;
  }
  return readable;
}

/** Where the first group begins that ingest waits for; null where it waits for none. */
export function firstOpenSeq(spans: readonly GroupSpan[]): number | null {
  let first: number | null = null;
  for (const { firstSeq, isOpen } of spans)
    if (isOpen && firstSeq < (first ?? firstSeq + 1)) first = firstSeq;
  return first;
}

/**
 * How many of the entries of a full page, in seq order, to give out so that it cuts no group: the most that will do,
 * or all where every end would cut one. `lastSeqOf` tells where the last entry of an entry's group lies in the log.
 */
export function wholePageLength(
  entries: readonly GroupedEntry[],
  lastSeqOf: (entry: GroupedEntry) => number,
): number {
  let whole = 0;
  let throughSeq = 0;
  for (const [at, entry] of entries.entries()) {
    throughSeq = Math.max(throughSeq, lastSeqOf(entry));
    if (throughSeq <= entry.seq) whole = at + 1;
  }
  return whole === 0 ? entries.length : whole;
}

function withoutReadable(spans: readonly GroupSpan[], headSeq: number): GroupSpan[] {
  const readable = readableThrough(headSeq, spans);
  return spans.filter(
    ({ isOpen, firstSeq, lastSeq }) => isOpen || (lastSeq > readable && firstSeq < lastSeq),
  );
}

function keyOf({ stream, groupLast }: Pick<GroupSpan, 'stream' | 'groupLast'>): string {
  return `${stream} ${groupLast}`;
}
