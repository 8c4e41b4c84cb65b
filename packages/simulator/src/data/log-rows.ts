import { compareVersions, type RecordRef, refKey, supersedes, type Version } from '@shoal/core';
import type { Role } from '../device/device.ts';
import type { Parts } from '../parts.ts';
import { registry } from './domain.ts';
import type { Entry } from './entry.ts';
import type { LogContent, LogRow } from './log-content.ts';

/**
 * The versions of a record that the log holds: of its heads, or, where one of them did not open, of all that may (CHG-8).
 * What ingest passed over stands for nothing, or what a lost log is to be given back would be taken for there.
 */
export function heldVersions(parts: Parts, { rows, exceptions }: LogContent, ref: RecordRef): Version[] {
  const record = refKey(ref);
  const ofRecord = [...rows.values()].filter((row) => row.record === record);
  const heads = ofRecord.filter(({ isHead }) => isHead);
  const stands = ({ place }: LogRow) => parts.standsForOthers(exceptions.has(place));
  const held = heads.every(stands) ? heads : ofRecord.filter(stands);
  return held.map(({ entry }) => entry.version);
}

/** Takes the mark off the heads that a new entry includes; answers whether it is a head itself. */
export function demoteIncluded(rows: Map<number, LogRow>, entry: Entry): boolean {
  const record = refKey(entry.ref);
  let isHead = true;
  for (const row of rows.values()) {
    if (!row.isHead || row.record !== record) continue;
    const order = compareVersions(entry.version, row.entry.version);
    if (order === 'includes' || order === 'equal') rows.set(row.seq, { ...row, isHead: false });
    if (order === 'included') isHead = false;
  }
  return isHead;
}

/** Marks the heads of a record anew, after an entry of it was taken away. */
export function markHeads(rows: Map<number, LogRow>, record: string): void {
  const ofRecord = [...rows.values()].filter((row) => row.record === record);
  for (const row of ofRecord) {
    const isHead = !ofRecord.some((by) => supersedes(candidateOf(by), candidateOf(row)));
    rows.set(row.seq, { ...row, isHead });
  }
}

const candidateOf = ({ seq, entry: { version } }: LogRow) => ({ seq, version, isAdmitted: true });

/** The seqs of the entries that may go, by whom counts and core's plan (LOG-3). */
export function supersededSeqs(parts: Parts, role: Role, content: LogContent): Set<number> {
  const rowsByRecord = Map.groupBy(content.rows.values(), ({ record }) => record);
  const gone = new Set<number>();
  for (const ofRecord of rowsByRecord.values()) {
    const spec = registry.get(ofRecord[0]!.entry.ref.model);
    const isAdmitted = admission(parts, role, content, ofRecord);
    const candidates = ofRecord.map((row) => {
      const { version, dot } = row.entry;
      return { seq: row.seq, version, dot, isAdmitted: isAdmitted(row) };
    });
    const history = spec?.strategy === 'log' ? 'kept' : 'latest';
    for (const seq of parts.planSupersede(candidates, history)) gone.add(seq);
  }
  return gone;
}

/** Which entries of a record count: those that this device's ingest applied, on a hub those that a member did. */
function admission(
  parts: Parts,
  role: Role,
  { appliedSeq, exceptions, acks }: LogContent,
  ofRecord: readonly LogRow[],
): (row: LogRow) => boolean {
  if (role === 'member') {
    return ({ seq, place }) =>
      parts.isAdmittedByIngest({ seq, isPassedOver: exceptions.has(place) }, appliedSeq);
  }
  const admitted = parts.admittedByAcks(
    ofRecord.map(({ entry }) => entry),
    acks.values(),
  );
  return ({ entry }) => admitted.has(entry);
}
