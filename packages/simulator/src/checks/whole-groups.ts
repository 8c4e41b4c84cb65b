import { includes, refKey, type StreamId, vectorAt } from '@shoal/core';
import { type Entry, placeKey } from '../data/entry.ts';
import type { LogRow } from '../data/log-content.ts';
import type { LogFile } from '../data/log-file.ts';
import type { Device } from '../device/device.ts';
import { mustHold } from './broken.ts';
import type { Ledger } from './ledger.ts';

/** What ingest was given to apply at once, and up to where it need not wait for the rest of groups any more. */
interface Given {
  readonly fromSeq: number;
  readonly nextSeq: number;
  readonly givenUpSeq: number;
  /** Places of what was asked for by its record: such entries stand for themselves (DEP-4). */
  readonly asked: ReadonlySet<string>;
  readonly ledger: Ledger;
}

/**
 * What ingest is given holds every group whole of which the log has the end (REP-8), but for one that lies among so
 * many others that each place within the page would cut one; and of others nothing, unless they were given up.
 */
export function checkWholeGroups(
  { log }: Device,
  { fromSeq, nextSeq, givenUpSeq, asked, ledger }: Given,
): void {
  const rows = [...log.content.rows.values()].filter(({ seq }) => seq >= fromSeq);
  const grouped = rows.filter(({ place }) => !asked.has(place));
  checkNotCut(log, rows, { nextSeq, givenUpSeq, asked });
  const { claimed, came } = log.content;
  const lastOf = (stream: StreamId) => Math.max(vectorAt(claimed, stream), came.get(stream) ?? 0);
  const early = grouped.find(({ seq, entry }) => {
    // What was there when it was first read, and is damaged since, is not waited for (LOG-1).
    const isGiven = seq < nextSeq && seq > givenUpSeq && log.content.holes.length === 0;
    if (!isGiven || lastOf(entry.stream) >= entry.groupLast) return false;
    // Its end may have been there, and gone as superseded before this was read.
    const end = ledger.entries.get(placeKey({ stream: entry.stream, originSeq: entry.groupLast }));
    return end === undefined || ![...log.content.rows.values()].some((row) => isIncludedIn(row, end));
  });
  mustHold(early === undefined, 'REP-8', () => {
    return `${early!.place} is read before its group is there, up to ${early!.entry.groupLast}`;
  });
}

function isIncludedIn({ record, entry: by }: LogRow, entry: Entry): boolean {
  return record === refKey(entry.ref) && includes(by.version, entry.version);
}

function checkNotCut(
  log: LogFile,
  rows: readonly LogRow[],
  { nextSeq, givenUpSeq, asked }: Pick<Given, 'nextSeq' | 'givenUpSeq' | 'asked'>,
): void {
  const { have, headSeq } = log.content;
  // Where a page may end is looked for among all: the log does not tell what was asked for from the rest.
  const waited = rows.filter(({ seq, place }) => seq > givenUpSeq && !asked.has(place));
  const cut = cutAt(waited, nextSeq).find(
    (entry) =>
      vectorAt(have, entry.stream) >= entry.groupLast && isInOrder([...log.content.rows.values()], entry),
  );
  if (cut === undefined) return;
  const places = rows.slice(1).filter(({ seq }) => seq < nextSeq);
  const isAvoidable = places.some(({ seq }) => cutAt(rows, seq).length === 0);
  mustHold(!isAvoidable && nextSeq <= log.readableSeq, 'REP-8', () => {
    return `the group ${cut.stream} ${cut.groupLast} is cut before seq ${nextSeq} of ${headSeq}`;
  });
}

/** Not where an entry came after those behind it: one that was damaged, there or on its way, looked superseded. */
function isInOrder(rows: readonly LogRow[], { stream, groupLast }: Entry): boolean {
  const ofStream = rows.map(({ entry }) => entry).filter((entry) => entry.stream === stream);
  return ofStream.every(
    ({ originSeq }, at) => originSeq > groupLast || at === 0 || originSeq > ofStream[at - 1]!.originSeq,
  );
}

/** Entries before `seq` of groups that have others at or behind it. */
function cutAt(rows: readonly LogRow[], seq: number): Entry[] {
  const behind = new Set(rows.filter((row) => row.seq >= seq).map(groupKey));
  return rows.filter((row) => row.seq < seq && behind.has(groupKey(row))).map(({ entry }) => entry);
}

function groupKey({ entry: { stream, groupLast } }: LogRow): string {
  return `${stream} ${groupLast}`;
}
