import { type Decision, planRowDecision, ShoalError, type Version } from '@shoal/core';
import type { Library, LibraryTransaction } from '../library.ts';
import { conflictReader } from '../read/conflict-reader.ts';

/** A decision of a person who was shown a row of the journal. */
export interface ConflictDecision extends Decision {
  /** The number of the row. */
  readonly id: number;
  /** The record's version as it was shown with the row (MRG-1). */
  readonly seen: Version;
}

/**
 * Decides a conflict of this device's journal by a write like any other, which settles it wherever it arrives (MRG-8). Throws
 * `not-found`, and as `planRowDecision`; then nothing was written.
 */
export function decideConflict(
  library: Pick<Library, 'options' | 'transaction'>,
  decision: ConflictDecision,
) {
  const { device } = library.options;
  return library.transaction(({ store, capture }) => {
    const { ref, conflict, settled } = requireRow(store, decision.id);
    const who = { scope: { registry: store.registry, device }, reader: store.reader };
    const row = { ref, conflict, isOpen: settled === null, known: store.journal.known(decision.id) };
    return capture([planRowDecision(who, row, decision)]);
  });
}

function requireRow({ db }: LibraryTransaction['store'], id: number) {
  const row = conflictReader(db).get(id);
  if (row !== undefined) return row;
  const message = `there is no conflict ${id} in the journal of this device`;
  throw new ShoalError('not-found', message, { field: 'conflict_id' });
}
