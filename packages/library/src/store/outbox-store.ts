import {
  type Dot,
  formatVersion,
  limits,
  parseVersion,
  type RecordRef,
  type Version,
  versionOf,
} from '@shoal/core';
import { insertRows } from './insert-rows.ts';
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

/** A row with what else an entry is made of, read with it. */
export interface ShippableRow extends OutboxRow {
  /** What of the record's merged state is needed; of log-based models without the state itself. Undefined: it has none. */
  readonly record: RecordPart | undefined;
}

export interface RecordPart {
  readonly schemaVersion: number;
  readonly state: { readonly version: Version; readonly payload: Buffer } | null;
}

/** The outbox: written by captures, emptied by the relay (CHG-8). */
export interface OutboxStore {
  /**
   * Adds a change, or lets it take the place of one of the record that waits already: of a state-based model any,
   * of a log-based one that of the same transaction (CHG-7).
   */
  add(item: OutboxItem, transactionStamp: string): void;
  /** Adds the first changes of records that nothing was known of, so that nothing of them waits. */
  addFirst(items: readonly OutboxItem[], transactionStamp: string): void;
  /** The oldest changes behind a row first. */
  read(limit: number, afterId: number): ShippableRow[];
  /** What waits of one record, the oldest first. */
  of(ref: RecordRef, limit: number): OutboxRow[];
  /** Removes what the log has committed, read in one go; a row that changed since it was read stays (CHG-8). */
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

interface RowWithRecord extends Row {
  readonly schema_version: number | null;
  readonly record_version: string | null;
  readonly record_payload: Buffer | null;
}

/** Prepares the statements on `db`. */
export function outboxStore(db: Sqlite): OutboxStore {
  const find = db.prepare<
    [string, string],
    { id: number; change: OutboxItem['change']; transaction_stamp: string; trace_parents: string | null }
  >(
    'select id, change, transaction_stamp, trace_parents from shoal_outbox where model = ? and uuid = ? order by id desc limit 1',
  );
  const insert = insertRows(db, 'shoal_outbox', [
    ...['model', 'uuid', 'dot', 'change', 'version', 'payload', 'scope', 'rank', 'wall_ms', 'trace_parents'],
    'transaction_stamp',
  ]);
  const replace = db.prepare(
    `update shoal_outbox
     set dot = ?, change = ?, version = ?, payload = ?, scope = ?, rank = ?, wall_ms = ?, trace_parents = ? where id = ?`,
  );
  const select = db.prepare<[number, number], RowWithRecord>(
    `select outbox.*, schema_version,
       case when outbox.payload is null then records.version end as record_version,
       case when outbox.payload is null then records.payload end as record_payload
     from shoal_outbox as outbox
     left join shoal_records as records on records.model = outbox.model and records.uuid = outbox.uuid
     where outbox.id > ? order by outbox.id limit ?+0`,
  );
  const selectOf = db.prepare<[string, string, number], Row>(
    'select * from shoal_outbox where model = ? and uuid = ? order by id limit ?+0',
  );
  // A row that changed since has a dot greater than all that were there (CLK-2).
  const remove = db.prepare('delete from shoal_outbox where id between ? and ? and dot <= ?');
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
      else insert([[ref.model, ref.id, ...valuesOf(item, change, traces), transactionStamp]]);
    },
    addFirst(items, transactionStamp) {
      insert(
        items.map((item) => {
          const { ref, change, traceParents } = item;
          return [
            ref.model,
            ref.id,
            ...valuesOf(item, change, foldedTraces(null, traceParents)),
            transactionStamp,
          ];
        }),
      );
    },
    read: (limit, afterId) => select.all(afterId, limit).map(toShippableRow),
    of: (ref, limit) => selectOf.all(ref.model, ref.id, limit).map(toOutboxRow),
    remove(rows) {
      const [first, last] = [rows[0], rows.at(-1)];
      if (first === undefined || last === undefined) return;
      const latest = rows.reduce((dot, row) => (row.dot > dot ? row.dot : dot), first.dot);
      remove.run(first.id, last.id, latest);
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
  // Of a record that was written once the version says what the dot does.
  const version = kept === null || kept.version.size === 1 ? null : formatVersion(kept.version);
  return [dot, change, version, kept?.payload ?? null, scope, rank, wallMs, traces] as const;
}

/** The latest of both: a record that is written all day and shipped at night is linked to the end of its day. */
function foldedTraces(before: string | null, more: readonly string[]): string | null {
  if (more.length === 0) return before;
  const all = [...(before?.split(' ') ?? []), ...more];
  return all.slice(-limits.foldedTracesMax).join(' ');
}

function toShippableRow(row: RowWithRecord): ShippableRow {
  return Object.assign(toOutboxRow(row), { record: recordPart(row) });
}

function recordPart({ dot, schema_version, record_version, record_payload }: RowWithRecord) {
  if (schema_version === null) return undefined;
  if (record_version === null || record_payload === null)
    return { schemaVersion: schema_version, state: null };
  return {
    schemaVersion: schema_version,
    state: { version: versionIn(record_version, dot), payload: record_payload },
  };
}

/** Mostly a record was written once. */
function versionIn(text: string, dot: Dot): Version {
  return text === dot ? versionOf([dot]) : parseVersion(text);
}

function toOutboxRow(row: Row): OutboxRow {
  return {
    id: row.id,
    ref: { model: row.model, id: row.uuid } as RecordRef,
    dot: row.dot,
    change: row.change,
    kept:
      row.payload === null
        ? null
        : { version: versionIn(row.version ?? row.dot, row.dot), payload: row.payload },
    scope: row.scope,
    rank: row.rank,
    wallMs: row.wall_ms,
    traceParents: row.trace_parents?.split(' ') ?? [],
  };
}
