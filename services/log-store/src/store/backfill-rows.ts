import { type Backfill, type DeviceId, type LogId, limits, type PullRound, type StreamId } from '@shoal/core';
import type Database from 'better-sqlite3';

/** A round that has begun and not ended. */
export type ReadingRound = Extract<PullRound, { readonly kind: 'reading' }>;

/** How far one peer's log was read, and where that ends. */
export interface RoundProgress {
  readonly device: DeviceId;
  readonly atSeq: number;
  readonly ofSeq: number;
}

/** What outlives the log-store of catching up: the job, and the rounds under way (ING-4, REP-2). */
export interface BackfillRows {
  job(): Backfill;
  setJob(job: Backfill): void;
  /** The round with a peer that was begun by the log of that id. */
  round(device: DeviceId, ownLogId: LogId): ReadingRound | undefined;
  /** To be called once what the round has read is stored: a crash before costs a page, one after nothing. */
  keepRound(round: ReadingRound, progress: RoundProgress): void;
  forgetRound(device: DeviceId): void;
  /** Of the round that is furthest, of those that the log of that id began. */
  progress(ownLogId: LogId): RoundProgress | undefined;
}

interface JobRow {
  readonly startedMs: number;
  readonly fromSeq: number;
  readonly endedMs: number | null;
  readonly toSeq: number | null;
}
interface RoundRow {
  readonly logId: LogId;
  readonly atSeq: number;
  readonly proof: string;
  readonly noted: string;
  readonly hasRefused: number;
  readonly restarts: number;
}

/** Access to both; each change is one transaction, by `transact`. */
export function backfillRows(db: Database.Database, transact: <T>(work: () => T) => T): BackfillRows {
  const job = db.prepare<[], JobRow>(
    'select started_ms as startedMs, from_seq as fromSeq, ended_ms as endedMs, to_seq as toSeq from backfill',
  );
  const setJob = db.prepare(
    'insert or replace into backfill (id, started_ms, from_seq, ended_ms, to_seq) values (1, ?, ?, ?, ?)',
  );
  const clearJob = db.prepare('delete from backfill');
  const round = db.prepare<[string, string], RoundRow>(
    `select log_id as logId, at_seq as atSeq, proof, noted, has_refused as hasRefused, restarts from rounds
     where device = ? and own_log_id = ?`,
  );
  const keep = db.prepare(
    `insert into rounds (device, own_log_id, log_id, at_seq, proof, noted, has_refused, restarts, of_seq)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (device) do update set own_log_id = excluded.own_log_id, log_id = excluded.log_id,
       at_seq = excluded.at_seq, proof = excluded.proof, has_refused = excluded.has_refused,
       restarts = excluded.restarts, of_seq = excluded.of_seq, noted = excluded.noted`,
  );
  const bound = db.prepare(
    'delete from rounds where device in (select device from rounds where device <> ? order by at_seq desc limit -1 offset ?+0)',
  );
  const isKept = db.prepare<[string], object>('select 1 from rounds where device = ?');
  const forget = db.prepare('delete from rounds where device = ?');
  const furthest = db.prepare<[string], RoundProgress>(
    'select device, at_seq as atSeq, of_seq as ofSeq from rounds where own_log_id = ? order by at_seq desc limit 1',
  );
  return {
    job: () => jobOf(job.get()),
    setJob: (next) =>
      transact(() => {
        if (next.kind === 'never') return void clearJob.run();
        const end = next.kind === 'done' ? next : { endedMs: null, toSeq: null };
        setJob.run(next.startedMs, next.fromSeq, end.endedMs, end.toSeq);
      }),
    round: (device, ownLogId) => {
      const row = round.get(device, ownLogId);
      return row && roundOf(row, ownLogId);
    },
    keepRound: ({ ownLogId, token, noted, hasRefused, restarts }, { device, ofSeq }) =>
      transact(() => {
        const vector = JSON.stringify([...noted]);
        const refused = hasRefused ? 1 : 0;
        keep.run(device, ownLogId, token.logId, token.seq, token.proof, vector, refused, restarts, ofSeq);
        bound.run(device, limits.roundsKeptMax - 1);
      }),
    forgetRound: (device) => {
      // Most rounds are one page and never kept: those cost no write.
      if (isKept.get(device) !== undefined) transact(() => void forget.run(device));
    },
    progress: (ownLogId) => furthest.get(ownLogId),
  };
}

function jobOf(row: JobRow | undefined): Backfill {
  if (row === undefined) return { kind: 'never' };
  const { startedMs, fromSeq, endedMs, toSeq } = row;
  if (endedMs === null || toSeq === null) return { kind: 'running', startedMs, fromSeq };
  return { kind: 'done', startedMs, fromSeq, endedMs, toSeq };
}

function roundOf(row: RoundRow, ownLogId: LogId): ReadingRound {
  return {
    kind: 'reading',
    ownLogId,
    token: { logId: row.logId, seq: row.atSeq, proof: row.proof },
    noted: new Map(JSON.parse(row.noted) as [StreamId, number][]),
    hasRefused: row.hasRefused === 1,
    restarts: row.restarts,
  };
}
