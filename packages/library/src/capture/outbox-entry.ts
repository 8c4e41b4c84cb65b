import { dotDevice, type LibraryId, type RecordRef, ShoalError } from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';
import { foldTraceParents } from '@shoal/telemetry';
import type { KeyRing } from '../crypto/seal.ts';
import type { LibraryStore } from '../store/library-store.ts';
import type { OutboxRow, RecordPart, ShippableRow } from '../store/outbox-store.ts';
import { sealedEntry } from './sealed-entry.ts';

/**
 * The sealed entry of an outbox row: for state-based models of the record's merged state as it is now, never of
 * the row, which shows a view (CHG-7). Call within one read transaction per drain (REP-8).
 */
export function outboxEntry(options: {
  readonly store: LibraryStore;
  readonly ring: KeyRing;
  readonly libraryId: LibraryId;
  readonly row: OutboxRow | ShippableRow;
}): ParsedEntry {
  const { store, ring, row } = options;
  const { ref } = row;
  const spec = store.registry.require(ref.model);
  const merged = 'record' in row ? row.record : recordPart(store, ref);
  const state = row.kept ?? merged?.state;
  if (merged === undefined || state == null) throw noState(ref);
  const { version, payload } = state;
  const header = {
    libraryId: options.libraryId,
    // Of the device that made the change: the library may have come from another one's home (REP-6).
    origin: dotDevice(row.dot),
    dot: row.dot,
    version,
    domain: spec.domain,
    model: ref.model,
    recordId: ref.id,
    scope: row.scope,
    rank: row.rank,
    change: row.change,
    schemaVersion: merged.schemaVersion,
    syncReady: true,
    wallMs: row.wallMs,
    traceParent: foldTraceParents(row.traceParents, {
      libraryId: options.libraryId,
      model: ref.model,
      recordId: ref.id,
    }),
    keyId: ring.currentKeyId,
  } as const;
  return sealedEntry(ring, header, payload);
}

function recordPart(store: LibraryStore, ref: RecordRef): RecordPart | undefined {
  const merged = store.records.payload(ref);
  return merged && { schemaVersion: merged.schemaVersion, state: merged };
}

function noState(ref: RecordRef): ShoalError {
  return new ShoalError('internal', 'an outbox row names a record without state', {
    model: ref.model,
    record: ref.id,
  });
}
