import { compareVersions, type RecordRef, refKey, type Version } from '@shoal/core';
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

/** The seqs of the entries that may go, by admission and core's plan (LOG-3). */
export function supersededSeqs(parts: Parts, { rows, appliedSeq, exceptions }: LogContent): Set<number> {
  const rowsByRecord = Map.groupBy(rows.values(), ({ record }) => record);
  const gone = new Set<number>();
  for (const ofRecord of rowsByRecord.values()) {
    const spec = registry.get(ofRecord[0]!.entry.ref.model);
    const candidates = ofRecord.map((row) => ({
      seq: row.seq,
      version: row.entry.version,
      dot: row.entry.dot,
      isAdmitted: parts.isAdmitted(row, appliedSeq, exceptions),
    }));
    const history = spec?.strategy === 'log' ? 'kept' : 'latest';
    for (const seq of parts.planSupersede(candidates, history)) gone.add(seq);
  }
  return gone;
}
