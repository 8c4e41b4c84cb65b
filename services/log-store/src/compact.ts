import { limits, planSupersede } from '@shoal/core';
import type { SupersededRows, Suspect } from './store/superseded-rows.ts';

/** What one step of compaction takes away, and how far the log is clean then. */
export interface CompactionStep {
  readonly seqs: readonly number[];
  readonly compactedSeq: number;
}

/**
 * Plans the next step of compaction (LOG-3, LOG-4): of the records whose entries ingest has applied since, those that
 * others supersede. Bounded in rows looked at, so `compactedSeq` may stay below `appliedSeq`; with nothing to do it is
 * `appliedSeq`. Reads only. Of a record only its newest `compactRowsMax` entries are looked at once: what goes of them
 * makes room for the others.
 */
export function planCompaction(
  rows: SupersededRows,
  { compactedSeq, appliedSeq }: { readonly compactedSeq: number; readonly appliedSeq: number },
): CompactionStep {
  const windowEnd = rows.windowEnd(compactedSeq, appliedSeq, limits.compactRowsMax);
  if (windowEnd === null) return { seqs: [], compactedSeq: Math.max(compactedSeq, appliedSeq) };
  const gone = new Set<number>();
  const done = new Set<string>();
  let looked = 0;
  for (const suspect of rows.suspects(compactedSeq, windowEnd)) {
    const key = keyOf(suspect);
    if (done.has(key)) continue;
    if (looked >= limits.compactRowsMax) return { seqs: [...gone], compactedSeq: suspect.seq - 1 };
    const candidates = rows.candidates(suspect, appliedSeq, limits.compactRowsMax);
    const superseded = planSupersede(candidates, 'latest');
    for (const seq of superseded) gone.add(seq);
    looked += candidates.length;
    const hasMore = candidates.length === limits.compactRowsMax && superseded.length > 0;
    if (hasMore) return { seqs: [...gone], compactedSeq: suspect.seq - 1 };
    done.add(key);
  }
  return { seqs: [...gone], compactedSeq: windowEnd };
}

function keyOf({ model, recordId }: Suspect): string {
  return `${model}/${recordId.toString('hex')}`;
}
