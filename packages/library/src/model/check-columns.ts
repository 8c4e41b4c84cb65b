import { type FieldSpec, ShoalError } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';
import type { SyncedModel } from './sync-model.ts';

/** As it stands in a template literal of a migration. */
const syncColumnsSql = ['$', '{syncColumnsSql}'].join('');

interface TableColumn {
  readonly name: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}

/**
 * Refuses a library whose tables are not as the models say: the migration of a table or of a new column is missing, or a
 * column would refuse what arrives from another device. Throws `invalid-model`, with the SQL to write.
 */
export function checkColumns(db: Sqlite, models: readonly SyncedModel[]): void {
  const columnsOf = db.prepare<[string], TableColumn>(
    'select name, "notnull", dflt_value, pk from pragma_table_info(?)',
  );
  for (const model of models) checkTable(model, columnsOf.all(model.spec.table));
}

function checkTable({ spec, columns, localColumns }: SyncedModel, found: readonly TableColumn[]): void {
  const { name, table } = spec;
  const refuse = (reason: string): never => {
    throw new ShoalError('invalid-model', `model "${name}": ${reason}`, { model: name });
  };
  const synced = columns.map(({ column, field }) => ({ column, sql: columnSql(column, field) }));
  if (found.length === 0) {
    const sql = [syncColumnsSql, ...synced.map((each) => each.sql)].join(', ');
    refuse(`there is no table ${table}; add a migration: create table ${table} (${sql})`);
  }
  const byName = new Map(found.map((column) => [column.name, column]));
  for (const column of ['id', 'uuid', 'version']) {
    if (!byName.has(column))
      refuse(`the table ${table} has no column "${column}"; make it with ${syncColumnsSql}`);
  }
  for (const { column, sql } of synced) {
    if (!byName.has(column))
      refuse(
        `the table ${table} has no column "${column}"; add a migration: alter table ${table} add column ${sql}`,
      );
  }
  const local = localColumns.find((column) => !byName.has(column));
  if (local !== undefined)
    refuse(`the table ${table} has no column "${local}"; add a migration that adds it`);
  for (const { column, field } of columns) {
    if (field.nullable && byName.get(column)?.notnull === 1) {
      refuse(
        `the column "${column}" of ${table} refuses null, which its property allows; make one of them like the other`,
      );
    }
  }
  const known = new Set(['id', 'uuid', 'version', ...columns.map(({ column }) => column)]);
  const demanding = found.find(
    (column) =>
      !known.has(column.name) && column.notnull === 1 && column.dflt_value === null && column.pk === 0,
  );
  if (demanding !== undefined) {
    refuse(
      `the column "${demanding.name}" of ${table} does not sync, so rows that arrive have no value for it; let it be null, or give it a default`,
    );
  }
}

const typeByKind = {
  text: 'text',
  integer: 'integer',
  number: 'real',
  boolean: 'integer',
  json: 'text',
  blob: 'blob',
};

/** The column as a migration would add it. */
function columnSql(column: string, field: FieldSpec): string {
  if (field.kind === 'reference') return `${column} integer`;
  const type = typeByKind[field.kind];
  if (field.nullable) return `${column} ${type}`;
  return `${column} ${type} not null default ${literal(field.default)}`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Uint8Array) return "x''";
  return String(Number(value));
}
