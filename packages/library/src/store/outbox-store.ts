import { type Dot, formatVersion, parseVersion, type RecordRef, type Version } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** A change that waits to be shipped (CHG-7). */
export interface OutboxItem {
  readonly ref: RecordRef;
  readonly dot: Dot;
  readonly change: 'insert' | 'update' | 'delete';
  /** The state of this very change for log-based models; null: the record's merged state when it is shipped. */
  readonly kept: { readonly version: Version; readonly payload: Buffer } | null;
  readonly scope: string | null;
  readonly rank: number;
  readonly wallMs: number;
}

/** A row of the outbox, in the order of commits. */
export interface OutboxRow extends OutboxItem {
  readonly id: number;
}

/** The outbox: written by captures, emptied by the relay (CHG-8). */
export interface OutboxStore {
  /** Adds a change; one that only replaces what waits already takes its place. */
  add(item: OutboxItem, transactionStamp: string): void;
  read(limit: number): OutboxRow[];
  /** Removes what the log has committed; a row that changed since it was read stays. Marks the records as shipped. */
  remove(rows: readonly OutboxRow[]): void;
  count(): number;
  /** Whether anything of the record was ever shipped (CHG-9). */
  isShipped(ref: RecordRef): boolean;
}

interface Row {
  readonly id: number;
  readonly model: string;
  readonly uuid: string;
  readonly dot: Dot;
  readonly change: OutboxItem['change'];
  readonly version: string | null;
  readonly payload: Buffer | null;
  readonly scope: string | null;
  readonly rank: number;
  readonly wall_ms: number;
}

/** Prepares the statements on `db`. */
export function outboxStore(db: Sqlite): OutboxStore {
  const find = db.prepare<
    [string, string],
    { id: number; transaction_stamp: string; payload: Buffer | null }
  >(
    'select id, transaction_stamp, payload from shoal_outbox where model = ? and uuid = ? order by id desc limit 1',
  );
  const insert = db.prepare(
    `insert into shoal_outbox (model, uuid, dot, change, version, payload, scope, rank, wall_ms, transaction_stamp)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const replace = db.prepare(
    'update shoal_outbox set dot = ?, change = ?, version = ?, payload = ?, scope = ?, rank = ?, wall_ms = ? where id = ?',
  );
  const select = db.prepare<[number], Row>('select * from shoal_outbox order by id limit ?');
  const remove = db.prepare('delete from shoal_outbox where id = ? and dot = ?');
  const markShipped = db.prepare(
    'update shoal_records set shipped = 1 where model = ? and uuid = ? and shipped = 0',
  );
  const isShipped = db
    .prepare<[string, string], number>('select shipped from shoal_records where model = ? and uuid = ?')
    .pluck();
  const count = db.prepare<[], number>('select count(*) from shoal_outbox').pluck();

  return {
    add(item, transactionStamp) {
      const { ref, kept } = item;
      const version = kept === null ? null : formatVersion(kept.version);
      const values = [
        item.dot,
        item.change,
        version,
        kept?.payload ?? null,
        item.scope,
        item.rank,
        item.wallMs,
      ] as const;
      const waiting = find.get(ref.model, ref.id);
      // A state-based row carries no payload, so a later change only moves its dot; a log-based one keeps each
      // operation, but one transaction makes one (CHG-7).
      const isFolded =
        waiting !== undefined && (kept === null || waiting.transaction_stamp === transactionStamp);
      if (isFolded) replace.run(...values, waiting.id);
      else insert.run(ref.model, ref.id, ...values, transactionStamp);
    },
    read: (limit) => select.all(limit).map(toOutboxRow),
    remove(rows) {
      for (const row of rows) {
        remove.run(row.id, row.dot);
        markShipped.run(row.ref.model, row.ref.id);
      }
    },
    count: () => count.get() as number,
    isShipped: (ref) => isShipped.get(ref.model, ref.id) === 1,
  };
}

function toOutboxRow(row: Row): OutboxRow {
  return {
    id: row.id,
    ref: { model: row.model, id: row.uuid } as RecordRef,
    dot: row.dot,
    change: row.change,
    kept: row.payload === null ? null : { version: parseVersion(row.version!), payload: row.payload },
    scope: row.scope,
    rank: row.rank,
    wallMs: row.wall_ms,
  };
}
