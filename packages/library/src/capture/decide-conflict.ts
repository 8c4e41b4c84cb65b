import {
  compareVersions,
  type Decision,
  ownerOf,
  planDecision,
  requireOwnership,
  ShoalError,
  type Value,
  type Version,
  viewOf,
} from '@shoal/core';
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
 * `changed-since` where the record is not what was shown, `not-owner` where it is another device's to decide, `not-found`,
 * and as `planDecision`; then nothing was written.
 */
export function decideConflict(
  library: Pick<Library, 'options' | 'transaction'>,
  decision: ConflictDecision,
) {
  const { device } = library.options;
  return library.transaction(({ store, capture }) => {
    const { ref, conflict, settled } = requireRow(store, decision.id);
    const spec = store.registry.require(ref.model);
    const stored = store.records.get(ref);
    if (stored === undefined || compareVersions(stored.state.version, decision.seen) !== 'equal') {
      const message = `the ${ref.model} has changed since conflict ${decision.id} was shown`;
      throw new ShoalError('changed-since', message, { field: 'seen', model: ref.model, record: ref.id });
    }
    if (stored.schemaVersion > spec.schemaVersion) {
      const message = `this ${ref.model} is of schema version ${stored.schemaVersion}, and ${spec.schemaVersion} is known`;
      throw new ShoalError('version-mismatch', message, { model: ref.model, record: ref.id });
    }
    const { state } = stored;
    requireOwnership({ scope: { registry: store.registry, device }, reader: store.reader }, spec, ref, state);
    const owner = ownerOf(store.registry, store.reader, spec, ref.id, state);
    const known = store.journal.known(decision.id);
    const remembered: ReadonlyMap<string, Value> = known === undefined ? new Map() : viewOf(spec, known);
    const undecided = { spec, ref, conflict, isOpen: settled === null, state, owner, remembered };
    return capture([planDecision(undecided, decision)]);
  });
}

function requireRow({ db }: LibraryTransaction['store'], id: number) {
  const row = conflictReader(db).get(id);
  if (row !== undefined) return row;
  const message = `there is no conflict ${id} in the journal of this device`;
  throw new ShoalError('not-found', message, { field: 'conflict_id' });
}
