import { type LogId, type LogSighting, type StreamId, wholeLogAfter } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** What library.db remembers of its log, so that each finds out when the other went back (REP-6). */
export interface LogMemory {
  /** What was seen of logs: up to where ingest applied, and up to where the relay shipped. */
  sightings(): LogSighting[];
  /** Where ingest read a log last; null: it has read none. */
  lastRead(): LogSighting | null;
  /** Where the relay appended last; null: nowhere. */
  lastAppend(): LogSighting | null;
  /** The log that is known to cover every record of this library, or `noWholeLog`; null: no log was ever followed. */
  wholeLogId(): LogId | null;
  /** Whether nothing was shipped to or read from any log but this one. */
  knowsNoOther(logId: LogId): boolean;
  /** The relay shipped; within its transaction. */
  setShipped(sighting: LogSighting): void;
  /** Ingest applies from that log; within its transaction. */
  setFollowed(logId: LogId): void;
  setWhole(logId: LogId): void;
}

interface Row {
  readonly whole: LogId | null;
  readonly logId: LogId | null;
  readonly life: StreamId | null;
  readonly seq: number | null;
}

/** Prepares the statements on `db`. */
export function logMemory(db: Sqlite): LogMemory {
  const select = db.prepare<[], Row>(
    `select whole_log_id as whole, shipped_log_id as logId, shipped_life as life, shipped_seq as seq from shoal_log`,
  );
  const cursor = db.prepare<[], Omit<Row, 'whole'>>(
    'select log_id as logId, life, applied_seq as seq from shoal_cursor',
  );
  const setShipped = db.prepare('update shoal_log set shipped_log_id = ?, shipped_life = ?, shipped_seq = ?');
  const setWhole = db.prepare('update shoal_log set whole_log_id = ?');
  const setFollowed = (logId: LogId) => {
    const { whole, logId: shippedTo } = select.get()!;
    const after = wholeLogAfter(whole, logId, shippedTo);
    if (after !== whole) setWhole.run(after);
  };
  return {
    sightings: () => [cursor.get(), select.get()].flatMap(toSighting),
    lastRead: () => toSighting(cursor.get())[0] ?? null,
    lastAppend: () => toSighting(select.get())[0] ?? null,
    wholeLogId: () => select.get()!.whole,
    knowsNoOther: (logId) =>
      [cursor.get()?.logId, select.get()!.logId].every((known) => (known ?? logId) === logId),
    setShipped({ logId, life, seq }) {
      setFollowed(logId);
      setShipped.run(logId, life, seq);
    },
    setFollowed,
    setWhole: (logId) => void setWhole.run(logId),
  };
}

function toSighting(row: Omit<Row, 'whole'> | undefined): LogSighting[] {
  const { logId = null, life = null, seq = null } = row ?? {};
  return logId === null || life === null || seq === null ? [] : [{ logId, life, seq }];
}
