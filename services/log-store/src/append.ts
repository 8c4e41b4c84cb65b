import { dependencyOrder, includes, type ModelName, type RecordId, refKey, type Version } from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';

/** The versions of a record that the log holds and nothing includes. */
export type HeadVersions = (model: ModelName, record: RecordId) => readonly Version[];

/**
 * What of a group is appended, in which order: parents first, deletes last and children first, entries of one record
 * in their order (DEP-1). An entry is skipped if and only if the log, or the group before it, holds an entry of the
 * record whose version includes it; so an append that is retried adds nothing (CHG-8). Pure but for `headVersions`.
 */
export function planAppend(group: readonly ParsedEntry[], headVersions: HeadVersions): ParsedEntry[] {
  const versionsByRecord = new Map<string, readonly Version[]>();
  return inDependencyOrder(group).filter(({ header }) => {
    const { model, recordId, version } = header;
    const record = refKey({ model, id: recordId });
    const held = versionsByRecord.get(record) ?? headVersions(model, recordId);
    if (held.some((other) => includes(other, version))) return false;
    versionsByRecord.set(record, [...held, version]);
    return true;
  });
}

function inDependencyOrder(group: readonly ParsedEntry[]): ParsedEntry[] {
  const ranked = group.map((entry) => ({
    entry,
    rank: entry.header.rank,
    isDelete: entry.header.change === 'delete',
    record: refKey({ model: entry.header.model, id: entry.header.recordId }),
  }));
  return dependencyOrder(ranked).map(({ entry }) => entry);
}
