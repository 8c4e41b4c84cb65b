import type { LogId, RecordRef } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';
import type { SequencedEntry } from './apply-entries.ts';

/** What ingest passed over of the log that it follows without applying it: such entries remove nothing (LOG-3). */
export interface ExceptionStore {
  /**
   * Notes, in the transaction that applies a batch, what of it was not applied: `passedOver`, and what belongs to
   * records that are refused or of a model or schema that this program does not know.
   */
  note(logId: LogId, entries: readonly SequencedEntry[], passedOver: Iterable<number>): void;
  /** Whether any record is refused or of a model or schema that this program does not know. */
  hasUnfit(): boolean;
  /** An entry that was passed over is applied by now. */
  lift(logId: LogId, seq: number): void;
  /** Ingest reads again from there, and notes anew what it passes over. */
  liftFrom(logId: LogId, seq: number): void;
  /** Forgets those of other logs, and those whose record is refused or unknown no more. */
  sweep(logId: LogId): void;
  /** The first seq that was passed over for what the record is; undefined: none was. */
  firstOf(logId: LogId, ref: RecordRef): number | undefined;
  /** Of `fromSeq` to `toSeq`, ascending, at most `limit`. */
  between(logId: LogId, fromSeq: number, toSeq: number, limit: number): number[];
}

/** Prepares the statements on `db`. */
export function exceptionStore(db: Sqlite): ExceptionStore {
  const insert = db.prepare(
    'insert or replace into shoal_exceptions (log_id, seq, model, uuid) values (?, ?, ?, ?)',
  );
  const isUnfit = db
    .prepare<[string, string], number>(
      `select 1 from shoal_parked where model = ? and uuid = ?
       and reason in ('refused', 'unknown-model', 'unknown-schema')`,
    )
    .pluck();
  const hasUnfit = db
    .prepare<[], number>(
      `select 1 from shoal_parked where reason in ('refused', 'unknown-model', 'unknown-schema') limit 1`,
    )
    .pluck();
  const lift = db.prepare('delete from shoal_exceptions where log_id = ? and seq = ?');
  const liftFrom = db.prepare('delete from shoal_exceptions where log_id = ? and seq >= ?');
  const sweepLogs = db.prepare('delete from shoal_exceptions where log_id <> ?');
  const sweepFit = db.prepare(
    `delete from shoal_exceptions where model is not null and not exists (
       select 1 from shoal_parked where shoal_parked.model = shoal_exceptions.model
       and shoal_parked.uuid = shoal_exceptions.uuid
       and reason in ('refused', 'unknown-model', 'unknown-schema'))`,
  );
  const between = db
    .prepare<[string, number, number, number], number>(
      'select seq from shoal_exceptions where log_id = ? and seq between ? and ? order by seq limit ?+0',
    )
    .pluck();
  const firstOf = db
    .prepare<[string, string, string], number | null>(
      'select min(seq) from shoal_exceptions where log_id = ? and model = ? and uuid = ?',
    )
    .pluck();
  return {
    note(logId, entries, passedOver) {
      const noted = new Set(passedOver);
      for (const seq of noted) insert.run(logId, seq, null, null);
      // Asked once: mostly nothing is, and a look for each entry would be felt.
      if (hasUnfit.get() === undefined) return;
      for (const { seq, entry } of entries) {
        const { model, recordId } = entry.header;
        if (noted.has(seq) || isUnfit.get(model, recordId) === undefined) continue;
        insert.run(logId, seq, model, recordId);
      }
    },
    hasUnfit: () => hasUnfit.get() !== undefined,
    lift: (logId, seq) => void lift.run(logId, seq),
    liftFrom: (logId, seq) => void liftFrom.run(logId, seq),
    sweep(logId) {
      sweepLogs.run(logId);
      sweepFit.run();
    },
    firstOf: (logId, { model, id }) => (firstOf.get(logId, model, id) as number | null) ?? undefined,
    between: (logId, fromSeq, toSeq, limit) => between.all(logId, fromSeq, toSeq, limit) as number[],
  };
}
