import { type FieldSpec, ShoalError, type UniqueSpec, type Value } from '@shoal/core';
import type { ColumnField } from '../model/entity-columns.ts';
import type { DerivedUpkeep, SyncedModel } from '../model/sync-model.ts';
import type { KeyMap } from './key-map.ts';
import type { Sqlite, Statement } from './open-database.ts';

/** What SQLite binds. */
export type SqlValue = null | number | string | Uint8Array;

/** The rows of one model: the view that people see. */
export interface RowStore {
  readonly upkeep: readonly DerivedUpkeep[];
  /** Writes a new row, with what it has of its own: what it kept while it was parked, or local-only columns. */
  insert(uuid: string, version: string, row: ReadonlyMap<string, Value>, own: OwnColumns | null): number;
  /** Writes the synced columns of a row; undefined where there is none. */
  update(uuid: string, version: string, row: ReadonlyMap<string, Value>): number | undefined;
  /** Gives a row unique values that nobody has, until it is written or taken away in the same transaction (MRG-7). */
  stepAside(uuid: string): void;
  /** Takes a row away and returns what it keeps. */
  remove(uuid: string): KeptRow | undefined;
  /** UUIDs of the rows whose column holds the local id. */
  referring(column: string, id: number): string[];
  /** Local ids of the rows without UUID whose column holds the local id: not ready to sync, so in nobody's view. */
  referringUnready(column: string, id: number): number[];
  removeUnready(id: number): void;
  clearUnready(column: string, id: number): void;
  /** Writes local-only columns; nothing is captured. Throws `unknown-field` for any other column. */
  setLocal(uuid: string, local: LocalColumns): void;
}

/** Columns that never leave the device, by name. */
export type LocalColumns = Readonly<Record<string, SqlValue>>;

/** What a new row has that no other device knows; those of its local-only columns that are not named as the table has it. */
export interface OwnColumns {
  /** Absent: the next one. */
  readonly id?: number;
  readonly local: LocalColumns;
}

/** What stays of a row that is not shown (DEP-3). */
export interface KeptRow extends OwnColumns {
  readonly id: number;
}

/** Prepares the statements of a model on `db`. */
export function rowStore(db: Sqlite, model: SyncedModel, keys: KeyMap): RowStore {
  const { table } = model.spec;
  const columns = model.columns.map(({ column }) => column);
  const insert = db.prepare(
    `insert into ${table} (${['uuid', 'version', ...columns].join(', ')}) values (${marks(columns.length + 2)})`,
  );
  const keptColumns = ['id', ...model.localColumns];
  const insertOwn = preparedByNames((names) =>
    db.prepare(
      `insert into ${table} (${['uuid', 'version', ...columns, ...names].join(', ')})
       values (${marks(columns.length + 2 + names.length)})`,
    ),
  );
  const update = db
    .prepare(
      `update ${table} set version = ?${columns.map((column) => `, ${column} = ?`).join('')} where uuid = ? returning id`,
    )
    .pluck();
  const remove = db.prepare<[string], Record<string, SqlValue>>(
    `delete from ${table} where uuid = ? returning ${keptColumns.join(', ')}`,
  );
  const stepAside = prepareStepAside(db, model);
  const referringByColumn = new Map(
    model.columns
      .filter(({ targetTable }) => targetTable !== null)
      .map(({ column }) => [
        column,
        db
          .prepare<[number], string>(`select uuid from ${table} where ${column} = ? and uuid is not null`)
          .pluck(),
      ]),
  );
  const unreadyByColumn = new Map(
    model.columns
      .filter(({ targetTable }) => targetTable !== null)
      .map(({ column }) => [column, prepareUnready(db, table, column)]),
  );
  const removeUnready = db.prepare<[number]>(`delete from ${table} where id = ? and uuid is null`);
  const setLocal = preparedByNames((names) => {
    const settings = names.map((name) => `${name} = ?`).join(', ');
    return db.prepare(`update ${table} set ${settings} where uuid = ?`);
  });
  const bind = (first: readonly SqlValue[], row: ReadonlyMap<string, Value>) => {
    const values = [...first];
    for (const column of model.columns) values.push(columnValue(column, row, keys));
    return values;
  };

  function runOwn(values: SqlValue[], { id, local }: OwnColumns) {
    // What was kept may be of a version of the table that had other columns.
    const names = id === undefined ? localNames(model, local) : keptColumns;
    const valueByName: LocalColumns = id === undefined ? local : { ...local, id };
    for (const name of names) values.push(valueByName[name] ?? null);
    return insertOwn(names).run(values);
  }

  return {
    upkeep: model.derived.map((derived) => derived.prepare(db)),
    insert(uuid, version, row, own) {
      const values = bind([uuid, version], row);
      const { lastInsertRowid } = own === null ? insert.run(values) : runOwn(values, own);
      const id = Number(lastInsertRowid);
      keys.set(table, uuid, id);
      return id;
    },
    update(uuid, version, row) {
      const values = bind([version], row);
      values.push(uuid);
      return update.get(values) as number | undefined;
    },
    stepAside: (uuid) => void stepAside?.run(uuid),
    remove(uuid) {
      keys.remove(table, uuid);
      const row = remove.get(uuid);
      if (row === undefined) return undefined;
      const { id, ...local } = row;
      return { id: Number(id), local };
    },
    referring: (column, id) => (referringByColumn.get(column)?.all(id) ?? []) as string[],
    referringUnready: (column, id) => (unreadyByColumn.get(column)?.select.all(id) ?? []) as number[],
    removeUnready: (id) => void removeUnready.run(id),
    clearUnready: (column, id) => void unreadyByColumn.get(column)?.clear.run(id),
    setLocal(uuid, local) {
      const names = localNames(model, local);
      if (names.length === 0) return;
      setLocal(names).run(...names.map((name) => local[name]), uuid);
    },
  };
}

/** Undefined where nothing is unique. One column of each constraint is enough; the registry sees to it that there is one. */
function prepareStepAside(db: Sqlite, { spec, columns }: SyncedModel): Statement | undefined {
  const columnNames = new Set(spec.uniques.map((unique) => asideColumn(unique, columns)));
  if (columnNames.size === 0) return undefined;
  const settings = columns.flatMap(({ column, field }) =>
    columnNames.has(column) ? [`${column} = ${asideValue(field)}`] : [],
  );
  return db.prepare(`update ${spec.table} set ${settings.join(', ')} where uuid = ?`);
}

function asideColumn({ fields }: UniqueSpec, columns: readonly ColumnField[]): string {
  const unique = columns.filter(({ field }) => fields.includes(field.name));
  return unique.find(({ field }) => asideValue(field) !== undefined)!.column;
}

/** SQL for a value that no synced field can have: text with a NUL and the row's own id, numbers beyond 2^53. */
function asideValue(field: FieldSpec): string | undefined {
  switch (field.kind) {
    case 'text':
      return field.oneOf === undefined ? "char(0) || 'aside ' || id" : undefined;
    case 'blob':
      return "cast(char(0) || 'shoal aside ' || uuid as blob)";
    case 'integer':
    case 'reference':
      // Foreign keys are checked when the transaction ends.
      return '-4611686018427387904 + id';
    case 'boolean':
    case 'json':
    case 'number':
      return undefined;
  }
}

function prepareUnready(db: Sqlite, table: string, column: string) {
  return {
    select: db
      .prepare<[number], number>(`select id from ${table} where ${column} = ? and uuid is null`)
      .pluck(),
    clear: db.prepare<[number]>(`update ${table} set ${column} = null where ${column} = ? and uuid is null`),
  };
}

/** Statements that name columns, each prepared once. */
function preparedByNames(prepare: (names: readonly string[]) => Statement) {
  const statementByNames = new Map<string, Statement>();
  return (names: readonly string[]): Statement => {
    const key = names.join();
    let statement = statementByNames.get(key);
    if (statement === undefined) {
      statement = prepare(names);
      statementByNames.set(key, statement);
    }
    return statement;
  };
}

function localNames({ spec, localColumns }: SyncedModel, local: LocalColumns): string[] {
  const names = Object.keys(local);
  for (const name of names) {
    if (localColumns.includes(name)) continue;
    const message = `${spec.name} has no local column ${JSON.stringify(name)}`;
    throw new ShoalError('unknown-field', message, { model: spec.name, field: name });
  }
  return names;
}

/** A field's value as its column holds it: references as local ids, true and false as 1 and 0. */
function columnValue(
  { field, targetTable }: ColumnField,
  row: ReadonlyMap<string, Value>,
  keys: KeyMap,
): SqlValue {
  const value = row.get(field.name) ?? null;
  if (targetTable !== null) return typeof value === 'string' ? (keys.idOf(targetTable, value) ?? null) : null;
  return typeof value === 'boolean' ? Number(value) : value;
}

/** A column's value as its field: the reverse of what is written. References are resolved by the caller. */
export function fieldValue({ field }: ColumnField, value: SqlValue): Value {
  if (value === null) return null;
  if (field.kind === 'boolean') return value !== 0;
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

function marks(count: number): string {
  return Array(count).fill('?').join(', ');
}
