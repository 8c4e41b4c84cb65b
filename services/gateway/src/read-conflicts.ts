import {
  conflictSides,
  decidedBy,
  dotDevice,
  limits,
  type Registry,
  ShoalError,
  valueBytes,
} from '@shoal/core';
import type { ConflictRecord, LibraryReader } from '@shoal/library';
import {
  type ConflictSide,
  dotToWire,
  type ListConflictsReply,
  type ListConflictsRequest,
  uuidToBytes,
  valueToWire,
  versionToWire,
  type WireConflict,
} from '@shoal/proto';
import { checkLimit, checkRecordId } from './check-request.ts';

/** A row may hold a whole record: few are read at once, so that a page of large ones is not read whole to be cut. */
export const stepConflicts = 10;

/** One page of the journal, the latest first, closed at `limit` rows or `pageBytesMax` bytes (MRG-8). */
export function listConflicts(
  { conflicts: journal, registry }: LibraryReader,
  request: ListConflictsRequest,
): ListConflictsReply {
  const filter = {
    model: request.model === '' ? null : registry.require(request.model).name,
    record: request.recordId.length === 0 ? null : checkRecordId(request.recordId, 'record_id'),
    isOpen: request.openOnly,
  };
  const limit = checkLimit(request.limit);
  const conflicts: WireConflict[] = [];
  const page = (next: number) => ({ conflicts, next, ...journal.counts() });
  let after = request.after === 0 ? null : request.after;
  for (let bytes = 0; conflicts.length < limit; ) {
    const wanted = Math.min(stepConflicts, limit - conflicts.length);
    const step = journal.list(filter, { after, limit: wanted });
    for (const row of step) {
      const wire = conflictToWire(row, registry);
      bytes += conflictBytes(wire);
      if (bytes > limits.pageBytesMax && conflicts.length > 0) return page(after!);
      conflicts.push(wire);
      after = row.id;
    }
    if (step.length < wanted) return page(0);
  }
  return page(after!);
}

/** One row of the journal; `not-found` where there is none of that number, or no more. */
export function getConflict(
  { conflicts, registry }: LibraryReader,
  { conflictId }: { readonly conflictId: number },
): WireConflict {
  const row = conflicts.get(conflictId);
  if (row !== undefined) return conflictToWire(row, registry);
  const message = `there is no conflict ${conflictId} in the journal of this device`;
  throw new ShoalError('not-found', message, { field: 'conflict_id' });
}

/** A row of the journal as the contract has it. */
export function conflictToWire(row: ConflictRecord, registry: Registry): WireConflict {
  const { id, ref, conflict, sinceMs, settled, version } = row;
  return {
    conflictId: id,
    model: ref.model,
    recordId: uuidToBytes(ref.id),
    kind: conflict.kind,
    field: conflict.field ?? '',
    decidedBy: decidedBy(registry.get(ref.model), conflict),
    winner: conflict.winner === null ? undefined : dotToWire(conflict.winner),
    sides: conflictSides(conflict).map((side): ConflictSide => {
      const { dot, wins } = side;
      const made = { dot: dotToWire(dot), deviceId: uuidToBytes(dotDevice(dot)), wins };
      if (side.kind === 'delete') return { field: '', value: undefined, ...made };
      return { field: side.field, value: valueToWire(side.value), ...made };
    }),
    sinceMs,
    settledMs: settled?.ms ?? 0,
    settledBy: settled?.by == null ? undefined : dotToWire(settled.by),
    version: versionToWire(version),
  };
}

/** Values count as they are, all else of a side as a hundred bytes. */
function conflictBytes({ sides }: WireConflict): number {
  const sideBytes = 100;
  return sides.reduce((sum, { value }) => {
    const kind = value?.kind;
    const isLong = kind?.$case === 'text' || kind?.$case === 'blob';
    return sum + sideBytes + (isLong ? valueBytes(kind.value) : 0);
  }, sideBytes);
}
