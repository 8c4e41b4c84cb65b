import { randomBytes } from 'node:crypto';
import {
  isLifeId,
  type LibraryId,
  type LibraryKnowledge,
  type LogId,
  ShoalError,
  type StreamId,
} from '@shoal/core';
import type Database from 'better-sqlite3';
import { structuralDamage } from './structural-damage.ts';

/** What a log knows of itself. */
export interface LogRow {
  readonly logId: LogId;
  readonly headSeq: number;
  /** Running hash up to `headSeq`. */
  readonly chain: Buffer;
  readonly appliedSeq: number;
  /** Superseded entries were looked for up to here. */
  readonly compactedSeq: number;
  readonly ownStream: StreamId | null;
  readonly known: LibraryKnowledge;
}

interface StoredLogRow extends Omit<LogRow, 'known'> {
  readonly wordLogId: LogId | null;
  readonly wordSeq: number | null;
  readonly knownSeq: number;
  readonly forgottenSeq: number;
  readonly appendLogId: LogId | null;
  readonly appendSeq: number | null;
}

/** The one row of the log. */
export interface LogRowAccess {
  /** Throws structural damage for what cannot have been written (LOG-1). */
  read(): LogRow;
  setHead(headSeq: number, chain: Buffer): void;
  /** The word of ingest, which is kept as its last. */
  setApplied(appliedSeq: number): void;
  /** The library went back: so much of the log is applied still. */
  takeBackApplied(appliedSeq: number): void;
  setKnown(known: LibraryKnowledge): void;
  setCompacted(compactedSeq: number): void;
  /** Null: this device wrote none yet. */
  setOwnStream(stream: StreamId | null): void;
  /** A new log id, of which nothing is applied yet (REP-6). */
  renew(): void;
}

/** Bytes of a running hash, and of what is made of it. */
export const chainBytes = 16;

/** Access to the log's row, which a new file gets with a random log id (LOG-1). Throws `damaged-file`. */
export function logRow(db: Database.Database, libraryId: LibraryId): LogRowAccess {
  db.prepare(
    `insert or ignore into log (id, library_id, log_id, head_seq, chain, applied_seq, compacted_seq)
     values (1, ?, ?, 0, ?, 0, 0)`,
  ).run(libraryId, newLogId(), Buffer.alloc(chainBytes));
  const found = db.prepare<[], { library_id: string }>('select library_id from log').get()!;
  if (found.library_id !== libraryId) {
    throw new ShoalError('damaged-file', `${db.name}: expected the log of ${libraryId}, found another's`, {
      library: libraryId,
    });
  }
  const read = db.prepare<[], StoredLogRow>(
    `select log_id as logId, head_seq as headSeq, chain, applied_seq as appliedSeq, compacted_seq as compactedSeq,
       own_stream as ownStream, last_word_log_id as wordLogId, last_word_seq as wordSeq, known_seq as knownSeq,
       forgotten_seq as forgottenSeq, last_append_log_id as appendLogId, last_append_seq as appendSeq from log`,
  );
  const setHead = db.prepare('update log set head_seq = ?, chain = ?');
  const setApplied = db.prepare<[{ seq: number }]>(
    'update log set applied_seq = @seq, last_word_log_id = log_id, last_word_seq = @seq',
  );
  const takeBackApplied = db.prepare('update log set applied_seq = ?');
  const setKnown = db.prepare(
    `update log set last_word_log_id = ?, last_word_seq = ?, known_seq = ?, forgotten_seq = ?,
       last_append_log_id = ?, last_append_seq = ?`,
  );
  const setCompacted = db.prepare('update log set compacted_seq = ?');
  const renew = db.prepare('update log set log_id = ?, applied_seq = 0, compacted_seq = 0');
  const setOwnStream = db.prepare('update log set own_stream = ?');
  return {
    read: () => {
      const row = read.get();
      if (row === undefined || !isLogRow(row)) {
        throw structuralDamage(db, 'the row of the log is not one that was written');
      }
      const { wordLogId, wordSeq, knownSeq, forgottenSeq, appendLogId, appendSeq, ...own } = row;
      const lastWord =
        wordLogId === null || wordSeq === null ? null : { logId: wordLogId, appliedSeq: wordSeq };
      const lastAppend =
        appendLogId === null || appendSeq === null ? null : { logId: appendLogId, seq: appendSeq };
      return { ...own, known: { lastWord, knownSeq, forgottenSeq, lastAppend } };
    },
    setHead: (headSeq, chain) => void setHead.run(headSeq, chain),
    setApplied: (seq) => void setApplied.run({ seq }),
    takeBackApplied: (appliedSeq) => void takeBackApplied.run(appliedSeq),
    setKnown: ({ lastWord, knownSeq, forgottenSeq, lastAppend }) => {
      const word = [lastWord?.logId ?? null, lastWord?.appliedSeq ?? null];
      const append = [lastAppend?.logId ?? null, lastAppend?.seq ?? null];
      setKnown.run(...word, knownSeq, forgottenSeq, ...append);
    },
    setCompacted: (compactedSeq) => void setCompacted.run(compactedSeq),
    setOwnStream: (stream) => void setOwnStream.run(stream),
    renew: () => void renew.run(newLogId()),
  };
}

function isLogRow(row: StoredLogRow): boolean {
  const {
    logId,
    headSeq,
    chain,
    appliedSeq,
    compactedSeq,
    ownStream,
    wordSeq,
    knownSeq,
    forgottenSeq,
    appendSeq,
  } = row;
  const seqs = [headSeq, appliedSeq, compactedSeq, wordSeq ?? 0, knownSeq, forgottenSeq, appendSeq ?? 0];
  const areSeqs = seqs.every((seq) => Number.isSafeInteger(seq) && seq >= 0);
  const isChain = Buffer.isBuffer(chain) && chain.length === chainBytes;
  const isStream = ownStream === null || isLifeId(`${ownStream}`);
  return areSeqs && isChain && isStream && /^[0-9a-f]{32}$/.test(`${logId}`);
}

function newLogId(): string {
  return randomBytes(16).toString('hex');
}
