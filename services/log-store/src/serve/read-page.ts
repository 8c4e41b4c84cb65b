import { limits, type PageEnd, wholePageLength } from '@shoal/core';
import {
  lifeToBytes,
  type ReadReply,
  type ReadRequest,
  type SequencedEntry,
  vectorToWire,
} from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import type { EntryRow } from '../store/entry-rows.ts';
import { wireEntry, wireEntryBytes, wireVectorBytes } from './wire-entry.ts';

/**
 * One page for ingest or an outside reader: entries by seq, up to what may be read whole, and
 * ending where it cuts no group (REP-1, REP-8). A reader of
 * another log is sent to the beginning of this one. Damaged entries that it meets are set aside (LOG-1).
 */
export function readPage(log: SyncLog, request: ReadRequest): ReadReply {
  const isOther = request.logId !== '' && request.logId !== log.logId;
  const fromSeq = Math.max(1, request.fromSeq);
  const headSeq = log.readableSeq;
  const have = vectorToWire(log.have);
  const reply = { logId: log.logId, headSeq, have, life: lifeToBytes(log.life) };
  if (isOther) return { ...reply, entries: [], nextSeq: 1 };

  const entriesMax = Math.min(request.limit || limits.batchEntriesMax, limits.batchEntriesMax);
  const bytes = wireVectorBytes(have.length) + 256;
  const { rows, next, damagedSeqs } = readRows(log, { fromSeq, toSeq: headSeq, entriesMax, bytes });
  if (damagedSeqs.length > 0) {
    // The log has another id now, and is followed from its beginning (LOG-1).
    log.setAside(damagedSeqs);
    return readPage(log, request);
  }
  const readableEnd = headSeq < log.headSeq ? 'open-group' : 'head';
  const whole = rows.slice(0, wholeLength(log, rows, next === null ? readableEnd : 'more'));
  const entries = whole.map((row): SequencedEntry => ({ seq: row.seq, entry: wireEntry(log, row) }));
  const cutAt = rows[whole.length] ?? next;
  return { ...reply, entries, nextSeq: cutAt?.seq ?? Math.max(fromSeq, headSeq + 1) };
}

/** Where a page is full: `next` is the first row that found no room. */
function readRows(
  log: SyncLog,
  page: { readonly fromSeq: number; readonly toSeq: number; readonly entriesMax: number; bytes: number },
): { readonly rows: EntryRow[]; readonly next: EntryRow | null; readonly damagedSeqs: number[] } {
  const rows: EntryRow[] = [];
  const damagedSeqs: number[] = [];
  let { bytes } = page;
  for (const row of log.entries.between(page.fromSeq, page.toSeq)) {
    if (!row.isIntact) {
      damagedSeqs.push(row.seq);
      continue;
    }
    bytes += wireEntryBytes(row);
    const isFull = rows.length === page.entriesMax || (rows.length > 0 && bytes > limits.messageBytesMax);
    if (isFull) return { rows, next: row, damagedSeqs };
    rows.push(row);
  }
  return { rows, next: null, damagedSeqs };
}

/** How many of a page's rows to give, so that it cuts no group (REP-8). */
function wholeLength(log: SyncLog, rows: readonly EntryRow[], end: PageEnd): number {
  const lastSeqByGroup = new Map<string, number>();
  const rowBySeq = new Map(rows.map((row) => [row.seq, row]));
  const grouped = rows.map(({ seq, streamId, originSeq, groupLast }) => {
    return { seq, stream: log.streamById.get(streamId)!, originSeq, groupLast };
  });
  return wholePageLength(grouped, end, ({ seq, stream, groupLast }) => {
    const group = `${stream} ${groupLast}`;
    const lastSeq = lastSeqByGroup.get(group) ?? log.lastSeqOfGroup(rowBySeq.get(seq)!);
    lastSeqByGroup.set(group, lastSeq);
    return lastSeq;
  });
}
