import { limits, planSupersede, type SupersedeCandidate } from '@shoal/core';
import type { HeldEntry, SupersededRows, Suspect } from '../store/superseded-rows.ts';

/** Which entries of a record count, and up to where the log is looked at (LOG-3). */
export interface Admission {
  readonly toSeq: number;
  readonly admit: (ofRecord: readonly HeldEntry[]) => readonly SupersedeCandidate[];
}

/** What one step of compaction takes away, and how far the log is clean then. */
export interface CompactionStep {
  readonly seqs: readonly number[];
  readonly compactedSeq: number;
  /** Damaged entries that were met: nothing goes before they are set aside (LOG-1). */
  readonly damagedSeqs: readonly number[];
}

/**
 * Plans the next step of compaction (LOG-3, LOG-4): of the records with entries behind `compactedSeq`, those that others
 * supersede. Bounded in rows looked at, so `compactedSeq` may stay below `toSeq`; with nothing to do it is `toSeq`. Reads
 * only. Of a record only its newest entries are looked at once: what goes of them makes room for the others.
 */
export function planCompaction(
  rows: SupersededRows,
  compactedSeq: number,
  { toSeq, admit }: Admission,
): CompactionStep {
  const windowEnd = rows.windowEnd(compactedSeq, toSeq, limits.compactRowsMax);
  if (windowEnd === null) return { seqs: [], compactedSeq: Math.max(compactedSeq, toSeq), damagedSeqs: [] };
  const gone = new Set<number>();
  const done = new Set<string>();
  const stepTo = (seq: number): CompactionStep => ({
    seqs: [...gone],
    compactedSeq: seq,
    damagedSeqs: [],
  });
  let looked = 0;
  for (const suspect of rows.suspects(compactedSeq, windowEnd)) {
    const key = keyOf(suspect);
    if (done.has(key)) continue;
    if (looked >= limits.compactRowsMax) return stepTo(suspect.seq - 1);
    const rowsMax = limits.compactRowsMax + suspect.isHistory * limits.historyEntriesMax;
    const { entries, damagedSeqs } = rows.held(suspect, rowsMax);
    if (damagedSeqs.length > 0) return { seqs: [], compactedSeq, damagedSeqs };
    const superseded = planSupersede(admit(entries), suspect.isHistory === 1 ? 'kept' : 'latest');
    for (const seq of superseded) gone.add(seq);
    looked += entries.length;
    const hasMore = entries.length === rowsMax && superseded.length > 0;
    if (hasMore) return stepTo(suspect.seq - 1);
    done.add(key);
  }
  return stepTo(windowEnd);
}

function keyOf({ model, recordId }: Suspect): string {
  return `${model}/${recordId.toString('hex')}`;
}
