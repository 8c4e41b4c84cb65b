import { limits } from '@shoal/core';
import { type Entry, type FetchReply, type FetchRequest, recordNamesFromWire } from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import { wireEntry, wireEntryBytes } from './wire-entry.ts';

/**
 * What this log holds of some records, whatever the caller claims to have (DEP-4): all that a device needs to merge
 * them, record by record, within what a message carries. Of a record without end, as many as fit, the newest first.
 * Throws `malformed-message`.
 */
export function fetchRecords(log: SyncLog, request: FetchRequest): FetchReply {
  const entries: Entry[] = [];
  let room = limits.messageBytesMax - 256;
  const bounds = { appliedSeq: log.admittedSeq, limit: limits.askEntriesMax };
  for (const record of recordNamesFromWire(request.records)) {
    const ofRecord: Entry[] = [];
    let bytes = 0;
    for (const row of log.entries.ofRecord(record, bounds)) {
      // A damaged copy is set aside where pages of the log are read (LOG-1).
      if (!row.isIntact) continue;
      bytes += wireEntryBytes(row);
      const isFull = bytes > room || entries.length + ofRecord.length === limits.batchEntriesMax;
      if (isFull) return { entries: entries.length > 0 ? entries : ofRecord, full: true };
      ofRecord.push(wireEntry(log, row));
    }
    room -= bytes;
    entries.push(...ofRecord);
  }
  return { entries, full: false };
}
