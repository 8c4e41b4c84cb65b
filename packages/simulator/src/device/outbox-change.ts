import { refKey } from '@shoal/core';
import type { Change } from '../data/entry.ts';
import type { LibraryFile, OutboxRow } from '../data/library-file.ts';
import type { Surroundings } from './surroundings.ts';

/** What is shipped of an outbox row: for state-based models the record's merged state as it is now (CHG-7). */
export function changeOf(
  parts: Surroundings['parts'],
  { memory }: LibraryFile,
  { ref, dot, isDelete, rank, kept }: OutboxRow,
): Change {
  const stored = memory.record(ref)!;
  const state = kept ?? parts.stateToShip(stored.state, memory.shown.get(refKey(ref)));
  const { schemaVersion } = stored;
  return { ref, dot, isDelete, rank, version: state.version, schemaVersion, state };
}
