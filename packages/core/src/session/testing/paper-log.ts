import { formatHlc } from '../../clock/hlc.ts';
import type { LogId, ReplicaId, StreamId } from '../../ids.ts';
import { planSupersede } from '../../log/supersede.ts';
import { claims, contiguousFrom, mergeVectors, type Vector, vectorAt } from '../../log/vector.ts';
import { includes, joinVersions, type Version } from '../../record/version.ts';
import type { RoundPage, RoundToken } from '../pull-round.ts';

/** An entry as far as replication sees it. Only for tests: the slow log that the rules are tried on. */
export interface PaperEntry {
  readonly stream: StreamId;
  readonly originSeq: number;
  readonly record: number;
  readonly version: Version;
}

/** A log kept in arrays; rows keep their seq when others are compacted away. */
export interface PaperLog {
  logId: LogId;
  stream: StreamId;
  have: Vector;
  rows: (PaperEntry & { readonly seq: number })[];
  /** `hashes[seq]`: of everything appended up to there. */
  hashes: string[];
}

export function openPaperLog(logId: LogId, stream: StreamId): PaperLog {
  return { logId, stream, have: new Map(), rows: [], hashes: [''] };
}

/** Appends a change of `record` that has seen what the log knows of it, or nothing. */
export function appendPaper(log: PaperLog, record: number, ms: number, hasSeen: boolean): PaperEntry {
  const seen = log.rows.filter((row) => hasSeen && row.record === record);
  const known = seen.reduce((version, row) => joinVersions(version, row.version), new Map() as Version);
  const version = new Map(known).set(log.stream as string as ReplicaId, formatHlc(ms, 0));
  const originSeq = vectorAt(log.have, log.stream) + 1;
  const entry = { stream: log.stream, originSeq, record, version };
  storePaper(log, [entry]);
  return entry;
}

/** Stores what is new and claims what is contiguous; answers whether anything was new. */
export function storePaper(log: PaperLog, entries: readonly PaperEntry[]): boolean {
  let hasBrought = false;
  for (const entry of entries) {
    if (claims(log.have, entry) || log.rows.some((row) => isSame(row, entry))) continue;
    const seq = log.hashes.length;
    log.rows.push({ ...entry, seq });
    log.hashes.push(`${log.hashes[seq - 1]} ${entry.stream}:${entry.originSeq}`);
    hasBrought = true;
  }
  for (const { stream } of entries) {
    const stored = log.rows.filter((row) => row.stream === stream).map((row) => row.originSeq);
    const position = contiguousFrom(
      vectorAt(log.have, stream),
      stored.sort((a, b) => a - b),
    );
    log.have = mergeVectors(log.have, new Map([[stream, position]]));
  }
  return hasBrought;
}

/** Removes what is superseded, as if everything were admitted (LOG-4). */
export function compactPaper(log: PaperLog): void {
  const gone = new Set<number>();
  for (const record of new Set(log.rows.map((row) => row.record))) {
    const entries = log.rows.filter((row) => row.record === record);
    for (const seq of planSupersede(
      entries.map(({ seq, version }) => ({ seq, version, isAdmitted: true })),
      'latest',
    )) {
      gone.add(seq);
    }
  }
  log.rows = log.rows.filter((row) => !gone.has(row.seq));
}

/** Serves one page of a round, as REP-2 says. */
export function servePaper(
  log: PaperLog,
  { have, token, limit }: { have: Vector; token: RoundToken | null; limit: number },
): { page: RoundPage; entries: PaperEntry[] } {
  const isConfirmed = token !== null && token.logId === log.logId && proofAt(log, token.seq) === token.proof;
  const from = isConfirmed ? token.seq : 0;
  const beyond = log.rows.filter((row) => row.seq > from && !claims(have, row));
  const entries = beyond.slice(0, limit);
  const isTail = beyond.length <= limit;
  const seq = isTail ? log.hashes.length - 1 : entries[entries.length - 1]!.seq;
  const page = {
    logId: log.logId,
    isFirst: !isConfirmed,
    have: log.have,
    after: { seq, proof: proofAt(log, seq) },
    isTail,
  };
  return { page, entries };
}

/** What `log` claims without having it or something that includes it: must be empty at all times (LOG-2). */
export function holesOf(log: PaperLog, everything: Iterable<PaperEntry>): PaperEntry[] {
  const isHeld = (entry: PaperEntry) =>
    log.rows.some(
      (row) => isSame(row, entry) || (row.record === entry.record && includes(row.version, entry.version)),
    );
  return [...everything].filter((entry) => claims(log.have, entry) && !isHeld(entry));
}

/** The state that a log stands for: per record, the entries that nothing supersedes. */
export function stateOf(log: PaperLog): string[] {
  const copy = { ...log };
  compactPaper(copy);
  return copy.rows.map((row) => `${row.record} ${row.stream}:${row.originSeq}`).sort();
}

function proofAt(log: PaperLog, seq: number): string {
  return `${log.stream} ${log.hashes[seq]}`;
}

function isSame(a: PaperEntry, b: PaperEntry): boolean {
  return a.stream === b.stream && a.originSeq === b.originSeq;
}
