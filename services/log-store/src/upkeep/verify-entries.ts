import type { SyncLog } from '../log/sync-log.ts';
import type { EntryRow } from '../store/entry-rows.ts';

/**
 * Looks at entries behind a seq and sets aside what is damaged (LOG-1); answers the last seq that it looked at, null: it
 * came to the end.
 */
export function verifyEntries(
  log: Pick<SyncLog, 'entries' | 'headSeq' | 'setAside'>,
  afterSeq: number,
  entriesMax: number,
): number | null {
  const damagedSeqs: number[] = [];
  const intact: EntryRow[] = [];
  let lastSeq = afterSeq;
  let looked = 0;
  for (const row of log.entries.between(afterSeq + 1, log.headSeq)) {
    if (looked === entriesMax) break;
    looked += 1;
    lastSeq = row.seq;
    if (row.isIntact) intact.push(row);
    else damagedSeqs.push(row.seq);
  }
  for (const row of intact) log.entries.checkFound(row);
  log.setAside(damagedSeqs);
  return looked < entriesMax ? null : lastSeq;
}
