import { isAlive, type RecordConflicts, type RecordRef, type RecordState, type Registry } from '@shoal/core';

/** A deleted record as it was seen last. */
export interface LastSeen {
  readonly ref: RecordRef;
  readonly state: RecordState;
}

/**
 * Of the records whose delete beat an edit, the state that was seen last, by `candidates`, the nearest first: only what was
 * written meanwhile is hidden beside the tombstone, and a record is brought back whole (MRG-4, MRG-8).
 */
export function lastSeen(
  registry: Registry,
  planned: readonly RecordConflicts[],
  candidates: (ref: RecordRef) => Iterable<RecordState | undefined>,
): LastSeen[] {
  const found: LastSeen[] = [];
  for (const { ref, conflicts } of planned) {
    if (!conflicts.some(({ kind }) => kind === 'delete-beats-edit')) continue;
    const spec = registry.require(ref.model);
    for (const state of candidates(ref)) {
      if (state === undefined || state.version.size === 0 || !isAlive(spec, state)) continue;
      found.push({ ref, state });
      break;
    }
  }
  return found;
}
