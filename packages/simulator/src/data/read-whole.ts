import type { Parts } from '../parts.ts';
import type { Entry } from './entry.ts';
import type { LogFile } from './log-file.ts';
import { groupedEntry } from './open-log-file.ts';

/** One page of a log for its ingest: up to what may be read, and ending where it cuts no group (REP-8). */
export function readWhole(
  parts: Parts,
  log: LogFile,
  { fromSeq, limit }: { readonly fromSeq: number; readonly limit: number },
): { readonly entries: readonly Entry[]; readonly nextSeq: number } {
  const rows = [...log.content.rows.values()];
  const { readableSeq } = log;
  const found = rows.filter(({ seq }) => seq >= fromSeq && seq <= readableSeq);
  if (found.slice(0, limit + 1).some(({ isDamaged }) => isDamaged)) {
    // The log has another id then, and is followed from its beginning (LOG-1).
    log.setAsideDamaged();
    return readWhole(parts, log, { fromSeq, limit });
  }
  const page = found.slice(0, limit).map(groupedEntry);
  const readableEnd = readableSeq < log.content.headSeq ? 'open-group' : 'head';
  const end = found.length > limit ? 'more' : readableEnd;
  const length = parts.wholePageLength(page, end, ({ stream, groupLast }) => {
    const last = rows.findLast(({ entry }) => entry.stream === stream && entry.groupLast === groupLast);
    return last!.seq;
  });
  const entries = found.slice(0, length).map(({ entry }) => entry);
  return { entries, nextSeq: found[length]?.seq ?? Math.max(fromSeq, readableSeq + 1) };
}
