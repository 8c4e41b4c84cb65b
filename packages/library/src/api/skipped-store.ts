import { limits } from '@shoal/core';
import type { SyncedModel } from '../model/sync-model.ts';
import type { Sqlite } from '../store/open-database.ts';
import { type EntityColumns, sqlValue } from './local-columns.ts';

/** A record that waits on this device until what it refers to has a name (S2-56). */
export interface SkippedRow {
  readonly id: number;
  readonly model: string;
  /** Its row, which has no UUID until then. */
  readonly rowId: number;
  /** What it will be called. */
  readonly uuid: string;
  /** The reference that cannot be named. */
  readonly field: string;
  readonly sinceMs: number;
}

/** The records that were skipped. Within the caller's transaction, as far as it writes. */
export interface SkippedStore {
  /** Keeps the row of a new record without a UUID, so that nothing of it leaves (CHG-9); returns its local id. */
  keep(
    model: SyncedModel,
    row: { readonly columns: EntityColumns; readonly values: Readonly<Record<string, unknown>> },
    skipped: Omit<SkippedRow, 'id' | 'model' | 'rowId'>,
  ): number;
  /** Behind `after`, the oldest first. */
  list(after: number, limit: number): SkippedRow[];
  /** Those of which the reference that was in the way is so no more, some at a time. */
  nameable(models: readonly SyncedModel[]): SkippedRow[];
  /** Another reference of it cannot be named either. */
  waitFor(id: number, field: string): void;
  take(id: number): void;
  count(): number;
}

/** Prepares the statements on `db`. */
export function skippedStore(db: Sqlite): SkippedStore {
  const insert = db.prepare(
    'insert into shoal_skipped (model, row_id, uuid, field, since_ms) values (?, ?, ?, ?, ?)',
  );
  const select = db.prepare<[number, number], SkippedRow>(
    `select id, model, row_id as rowId, uuid, field, since_ms as sinceMs from shoal_skipped
     where id > ? order by id limit ?+0`,
  );
  const remove = db.prepare('delete from shoal_skipped where id = ?');
  const groups = db.prepare<[], { model: string; field: string }>(
    'select distinct model, field from shoal_skipped',
  );
  const wait = db.prepare('update shoal_skipped set field = ? where id = ?');
  const count = db.prepare<[], number>('select count(*) from shoal_skipped').pluck();
  return {
    keep(model, row, { uuid, field, sinceMs }) {
      const rowId = insertUnnamed(db, model, row);
      insert.run(model.spec.name, rowId, uuid, field, sinceMs);
      return rowId;
    },
    list: (after, limit) => select.all(after, Math.min(limit, limits.skippedTriesMax)),
    nameable: (models) =>
      groups.all().flatMap(({ model, field }) => {
        const known = models.find(({ spec }) => spec.name === model);
        const column = known?.columns.find((each) => each.field.name === field);
        if (known === undefined || column === undefined || column.targetTable === null) return [];
        return selectNameable(db, known.spec.table, column.column, column.targetTable).all(model, field);
      }),
    waitFor: (id, field) => void wait.run(field, id),
    take: (id) => void remove.run(id),
    count: () => count.get() as number,
  };
}

function selectNameable(db: Sqlite, table: string, column: string, targetTable: string) {
  return db.prepare<[string, string], SkippedRow>(
    `select s.id, s.model, s.row_id as rowId, s.uuid, s.field, s.since_ms as sinceMs from shoal_skipped s
     left join ${table} r on r.id = s.row_id left join ${targetTable} t on t.id = r.${column}
     where s.model = ? and s.field = ? and (r.${column} is null or r.uuid is not null or t.uuid is not null)
     order by s.id limit ${limits.skippedTriesMax}`,
  );
}

/** References go by local ids here: the row is nobody's but this device's. */
function insertUnnamed(
  db: Sqlite,
  { spec }: SyncedModel,
  row: { readonly columns: EntityColumns; readonly values: Readonly<Record<string, unknown>> },
): number {
  const columns = new Map<string, ReturnType<typeof sqlValue>>();
  for (const [property, value] of Object.entries(row.values)) {
    const column = row.columns[property]?.fieldNames?.[0];
    if (column !== undefined && column !== 'id' && column !== 'uuid') columns.set(column, sqlValue(value));
  }
  const marks = [...columns].map(() => '?').join(', ');
  const sql = `insert into ${spec.table} (${[...columns.keys()].join(', ')}) values (${marks})`;
  return Number(db.prepare(sql).run(...columns.values()).lastInsertRowid);
}
