import { type LogId, limits, type StreamId } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** A stretch of a log that holds only what this library shipped, in a life of the log-store. */
export interface ShippedStretch {
  readonly logId: LogId;
  readonly life: StreamId;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * Where in its log lies what the library shipped itself, as far as ingest has not passed it: it says nothing that the
 * library does not know, and need not be read (MRG-2). Kept beside the states that it was made of, so that a library
 * that went back knows of less and reads it (REP-6).
 */
export interface ShippedStore {
  /** Within the transaction that takes the changes out of the outbox. */
  add(stretch: ShippedStretch): void;
  /** The stretch that begins at or before the seq behind `seq` and goes beyond; undefined: there is none. */
  after(logId: LogId, seq: number): ShippedStretch | undefined;
  /** Ingest has passed `seq` of that log. */
  forgetThrough(logId: LogId, seq: number): void;
}

/** Prepares the statements on `db`. */
export function shippedStore(db: Sqlite): ShippedStore {
  const extend = db.prepare(
    'update shoal_shipped set to_seq = @toSeq where log_id = @logId and life = @life and to_seq = @fromSeq - 1',
  );
  const insert = db.prepare(
    'insert into shoal_shipped (log_id, life, from_seq, to_seq) values (@logId, @life, @fromSeq, @toSeq)',
  );
  const forgetOldest = db.prepare(
    'delete from shoal_shipped where id <= (select max(id) from shoal_shipped) - ?',
  );
  const after = db.prepare<[{ logId: LogId; nextSeq: number }], ShippedStretch>(
    `select log_id as logId, life, from_seq as fromSeq, to_seq as toSeq from shoal_shipped
     where log_id = @logId and @nextSeq between from_seq and to_seq limit 1`,
  );
  const forgetThrough = db.prepare('delete from shoal_shipped where log_id <> ? or to_seq <= ?');
  return {
    add(stretch) {
      if (extend.run(stretch).changes > 0) return;
      insert.run(stretch);
      // What is forgotten is read.
      forgetOldest.run(limits.shippedStretchesMax);
    },
    after: (logId, seq) => after.get({ logId, nextSeq: seq + 1 }),
    forgetThrough: (logId, seq) => void forgetThrough.run(logId, seq),
  };
}
