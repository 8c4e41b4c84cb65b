import { type Dot, formatVersion, limits, parseVersion, type RecordRef, type Version } from '@shoal/core';
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
  /** The trace contexts of the writes that it folds, the last one last; those that nobody records leave none. */
  readonly traceParents: readonly string[];
}

/** A row of the outbox, in the order of commits. */
export interface OutboxRow extends OutboxItem {
  readonly id: number;
}

/** The outbox: written by captures, emptied by the relay (CHG-8). */
export interface OutboxStore {
  /**
   * Adds a change, or lets it take the place of one of the record that waits already: of a state-based model any,
   * of a log-based one that of the same transaction (CHG-7).
   */
  add(item: OutboxItem, transactionStamp: string): void;
  /** Adds the first change of a record that nothing was known of, so that nothing of it waits. */
  addFirst(item: OutboxItem, transactionStamp: string): void;
  /** The oldest changes first. */
  read(limit: number): OutboxRow[];
  /** What waits of one record, the oldest first. */
  of(ref: RecordRef, limit: number): OutboxRow[];
  /** Removes what the log has committed; a row that changed since it was read stays (CHG-8). */
  remove(rows: readonly OutboxRow[]): void;
  /** Whether anything waits: what the relay asks ten times a second while nobody writes. */
  isAny(): boolean;
  count(): number;
  /** The same by model, those of which something waits. */
  countByModel(): readonly { readonly model: string; readonly changes: number }[];
  /** The models of which something waits; costs the same however much it is. */
  models(): string[];
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
  readonly trace_parents: string | null;
}

/** Prepares the statements on `db`. */
export function outboxStore(db: Sqlite): OutboxStore {
  const find = db.prepare<
    [string, string],
    { id: number; change: OutboxItem['change']; transaction_stamp: string; trace_parents: string | null }
  >(
    'select id, change, transaction_stamp, trace_parents from shoal_outbox where model = ? and uuid = ? order by id desc limit 1',
  );
  const insert = db.prepare(
    `insert into shoal_outbox
       (model, uuid, dot, change, version, payload, scope, rank, wall_ms, trace_parents, transaction_stamp)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const replace = db.prepare(
    `update shoal_outbox
     set dot = ?, change = ?, version = ?, payload = ?, scope = ?, rank = ?, wall_ms = ?, trace_parents = ? where id = ?`,
  );
  const select = db.prepare<[number], Row>('select * from shoal_outbox order by id limit ?+0');
  const selectOf = db.prepare<[string, string, number], Row>(
    'select * from shoal_outbox where model = ? and uuid = ? order by id limit ?+0',
  );
  const remove = db.prepare('delete from shoal_outbox where id = ? and dot = ?');
  const isAny = db.prepare<[], number>('select exists (select 1 from shoal_outbox)').pluck();
  const count = db.prepare<[], number>('select count(*) from shoal_outbox').pluck();
  const countByModel = db.prepare<[], { model: string; changes: number }>(
    'select model, count(*) as changes from shoal_outbox group by model',
  );
  const modelAfter = db
    .prepare<[string], string>('select model from shoal_outbox where model > ? order by model limit 1')
    .pluck();

  return {
    add(item, transactionStamp) {
      const { ref, kept } = item;
      const waiting = find.get(ref.model, ref.id);
      const isFolded =
        waiting !== undefined && (kept === null || waiting.transaction_stamp === transactionStamp);
      // To everybody else a record that was never shipped is new, however often it was written here.
      const isStillNew = isFolded && waiting.change === 'insert' && item.change === 'update';
      const change = isStillNew ? 'insert' : item.change;
      const traces = foldedTraces(isFolded ? waiting.trace_parents : null, item.traceParents);
      if (isFolded) replace.run(...valuesOf(item, change, traces), waiting.id);
      else insert.run(ref.model, ref.id, ...valuesOf(item, change, traces), transactionStamp);
    },
    addFirst(item, transactionStamp) {
      const values = valuesOf(item, item.change, foldedTraces(null, item.traceParents));
      insert.run(item.ref.model, item.ref.id, ...values, transactionStamp);
    },
    read: (limit) => select.all(limit).map(toOutboxRow),
    of: (ref, limit) => selectOf.all(ref.model, ref.id, limit).map(toOutboxRow),
    remove(rows) {
      for (const row of rows) remove.run(row.id, row.dot);
    },
    isAny: () => isAny.get() === 1,
    count: () => count.get() as number,
    countByModel: () => countByModel.all(),
    models() {
      const models: string[] = [];
      for (let model = ''; ; models.push(model)) {
        const next = modelAfter.get(model) as string | undefined;
        if (next === undefined) return models;
        model = next;
      }
    },
  };
}

/** The columns that a change brings, whether in a row of its own or in place of one that waits. */
function valuesOf(item: OutboxItem, change: OutboxItem['change'], traces: string | null) {
  const { dot, kept, scope, rank, wallMs } = item;
  const version = kept === null ? null : formatVersion(kept.version);
  return [dot, change, version, kept?.payload ?? null, scope, rank, wallMs, traces] as const;
}

/** The latest of both: a record that is written all day and shipped at night is linked to the end of its day. */
function foldedTraces(before: string | null, more: readonly string[]): string | null {
  if (more.length === 0) return before;
  const all = [...(before?.split(' ') ?? []), ...more];
  return all.slice(-limits.foldedTracesMax).join(' ');
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
    traceParents: row.trace_parents?.split(' ') ?? [],
  };
}
