import { type RecordRef, refKey } from '../ids.ts';
import { dependencyOrder } from '../order/rank.ts';
import { includes, type Version } from '../record/version.ts';

/** What appending needs to know of a change: all of it stands in the header. */
export interface AppendCandidate {
  readonly ref: RecordRef;
  readonly version: Version;
  readonly rank: number;
  readonly isDelete: boolean;
}

/** The versions of a record that the log holds and nothing includes. */
export type HeadVersions = (ref: RecordRef) => readonly Version[];

/**
 * What of a group is appended, in which order: parents first, deletes last and children first, entries of one record
 * in their order (DEP-1). A change is skipped if and only if the log, or the group before it, holds an entry of the
 * record whose version includes it; so an append that is retried adds nothing (CHG-8). Pure but for `headVersions`.
 */
export function planAppend<T extends AppendCandidate>(group: readonly T[], headVersions: HeadVersions): T[] {
  const versionsByRecord = new Map<string, readonly Version[]>();
  const taken = group.filter(({ ref, version }) => {
    const record = refKey(ref);
    const held = versionsByRecord.get(record) ?? headVersions(ref);
    if (held.some((other) => includes(other, version))) return false;
    versionsByRecord.set(record, [...held, version]);
    return true;
  });
  // Of what is taken only: a record is placed by its last entry, which may be one that is skipped.
  return inDependencyOrder(taken);
}

function inDependencyOrder<T extends AppendCandidate>(group: readonly T[]): T[] {
  const ranked = group.map((candidate) => ({
    candidate,
    rank: candidate.rank,
    isDelete: candidate.isDelete,
    record: refKey(candidate.ref),
  }));
  return dependencyOrder(ranked).map(({ candidate }) => candidate);
}
