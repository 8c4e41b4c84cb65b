import { limits } from '@shoal/core';
import {
  lifeToBytes,
  type ReadReply,
  type ReadRequest,
  type SequencedEntry,
  vectorToWire,
} from '@shoal/proto';
import type { SyncLog } from './sync-log.ts';
import { wireEntry, wireEntryBytes, wireVectorBytes } from './wire-entry.ts';

/**
 * One page for ingest or an outside reader: entries by seq, up to what may be read whole (REP-1, REP-8). A reader of
 * another log is sent to the beginning of this one. Damaged entries that it meets are set aside (LOG-1).
 */
export function readPage(log: SyncLog, request: ReadRequest): ReadReply {
  const isOther = request.logId !== '' && request.logId !== log.logId;
  const fromSeq = Math.max(1, request.fromSeq);
  const headSeq = log.readableSeq;
  const have = vectorToWire(log.have);
  const reply = { logId: log.logId, headSeq, have, life: lifeToBytes(log.life) };
  if (isOther) return { ...reply, entries: [], nextSeq: 1 };

  const entries: SequencedEntry[] = [];
  const entriesMax = Math.min(request.limit || limits.batchEntriesMax, limits.batchEntriesMax);
  let bytes = wireVectorBytes(have.length) + 256;
  let nextSeq = Math.max(fromSeq, headSeq + 1);
  const damagedSeqs: number[] = [];
  for (const row of log.entries.between(fromSeq, headSeq)) {
    if (!row.isIntact) {
      damagedSeqs.push(row.seq);
      continue;
    }
    bytes += wireEntryBytes(row);
    const isFull = entries.length === entriesMax || (entries.length > 0 && bytes > limits.messageBytesMax);
    if (isFull) {
      nextSeq = row.seq;
      break;
    }
    entries.push({ seq: row.seq, entry: wireEntry(log, row) });
  }
  if (damagedSeqs.length === 0) return { ...reply, entries, nextSeq };
  // The log has another id now, and is followed from its beginning (LOG-1).
  log.setAside(damagedSeqs);
  return readPage(log, request);
}
