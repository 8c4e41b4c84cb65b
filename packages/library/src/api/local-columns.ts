import type { SyncedModel } from '../model/sync-model.ts';
import type { SqlValue } from '../store/row-store.ts';

/** The columns of an entity's properties, as MikroORM knows them once it has read all entities. */
export type EntityColumns = Readonly<Record<string, { readonly fieldNames?: readonly string[] } | undefined>>;

/** The properties of an entity that never leave the device, by column, as SQLite keeps them; those that are given. */
export function localColumns(
  { localColumns: names }: Pick<SyncedModel, 'localColumns'>,
  properties: EntityColumns,
  given: Readonly<Record<string, unknown>>,
): Record<string, SqlValue> {
  if (names.length === 0) return {};
  const columns: Record<string, SqlValue> = {};
  for (const [property, meta] of Object.entries(properties)) {
    const column = meta?.fieldNames?.[0];
    if (column === undefined || given[property] === undefined || !names.includes(column)) continue;
    columns[column] = sqlValue(given[property]);
  }
  return columns;
}

/** As MikroORM writes it: dates as milliseconds, JSON as text. */
export function sqlValue(value: unknown): SqlValue {
  switch (typeof value) {
    case 'number':
    case 'string':
      return value;
    case 'boolean':
      return Number(value);
    case 'object':
      if (value === null || value instanceof Uint8Array) return value;
      return value instanceof Date ? value.getTime() : JSON.stringify(value);
    default:
      return null;
  }
}
