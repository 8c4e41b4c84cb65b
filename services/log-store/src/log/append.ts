import {
  type AppendCandidate,
  planAppend as planCandidates,
  type RecordRef,
  type Version,
} from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';

/** The versions of a record that the log holds and nothing includes. */
export type HeadVersions = (model: RecordRef['model'], record: RecordRef['id']) => readonly Version[];

/** What of a group of entries is appended, in which order: core's plan, told from their headers (DEP-1, CHG-8). */
export function planAppend(group: readonly ParsedEntry[], headVersions: HeadVersions): ParsedEntry[] {
  const plan = planCandidates(group.map(candidateOf), ({ model, id }) => headVersions(model, id));
  return plan.map(({ entry }) => entry);
}

function candidateOf(entry: ParsedEntry): AppendCandidate & { readonly entry: ParsedEntry } {
  const { model, recordId, version, rank, change } = entry.header;
  return { entry, ref: { model, id: recordId }, version, rank, isDelete: change === 'delete' };
}
