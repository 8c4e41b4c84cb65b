import type { LogId, StreamId } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';

/** How far ingest is in which log (ING-2). */
export interface Cursor {
  readonly logId: LogId;
  readonly appliedSeq: number;
  /** Entries applied over the life of the library. */
  readonly appliedEntries: number;
  /** The life of the log-store that it was read in, by which a log is recognised (REP-6). */
  readonly life?: StreamId | null;
}

/** The cursor, written in the transaction that applies; and what is parked. */
export interface CursorStore {
  read(): Cursor | undefined;
  write(cursor: Cursor): void;
  /** What is parked, by reason, with the oldest (DEP-4). */
  parked(): { reason: string; records: number; oldestMs: number }[];
}

/** Prepares the statements on `db`. */
export function cursorStore(db: Sqlite): CursorStore {
  const select = db.prepare<[], Cursor>(
    'select log_id as logId, applied_seq as appliedSeq, applied_entries as appliedEntries, life from shoal_cursor where id = 1',
  );
  const upsert = db.prepare(
    'insert or replace into shoal_cursor (id, log_id, applied_seq, applied_entries, life) values (1, ?, ?, ?, ?)',
  );
  const parked = db.prepare<[], { reason: string; records: number; oldestMs: number }>(
    'select reason, count(*) as records, min(since_ms) as oldestMs from shoal_parked group by reason order by reason',
  );
  return {
    read: () => select.get(),
    write: ({ logId, appliedSeq, appliedEntries, life = null }) =>
      void upsert.run(logId, appliedSeq, appliedEntries, life),
    parked: () => parked.all(),
  };
}
