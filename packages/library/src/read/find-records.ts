import { ShoalError, type Value } from '@shoal/core';
import type { SyncedModel } from '../model/sync-model.ts';
import type { Sqlite, Statement } from '../store/open-database.ts';
import type { SqlValue } from '../store/row-store.ts';

/** Rows, as the columns of a select, whose fields show these values, references as UUIDs; at most `limit`, in no order. */
export type FindRecords = (fields: Readonly<Record<string, Value>>, limit: number) => SqlValue[][];

/**
 * Looks for records of a model by their fields; `select` reads its table as `t`. A statement is prepared once for each
 * set of fields. Throws `unknown-field`.
 */
export function findRecords(db: Sqlite, { spec, columns }: SyncedModel, select: string): FindRecords {
  const statementByNames = new Map<string, Statement>();

  const conditionOf = (name: string, value: Value) => {
    const found = columns.find(({ field }) => field.name === name);
    if (found === undefined) {
      const subject = { model: spec.name, field: name };
      throw new ShoalError('unknown-field', `${spec.name} has no field ${JSON.stringify(name)}`, subject);
    }
    const { column, targetTable } = found;
    // By `is`, a reference to what is not here would find what refers to nothing.
    if (value === null) return ` and t.${column} is null`;
    return targetTable === null
      ? ` and t.${column} = ?`
      : ` and t.${column} = (select id from ${targetTable} where uuid = ?)`;
  };

  return (fields, limit) => {
    const named = Object.entries(fields);
    const key = JSON.stringify(named.map(([name, value]) => [name, value === null]));
    const conditions = () => named.map(([name, value]) => conditionOf(name, value)).join('');
    const statement =
      statementByNames.get(key) ??
      db.prepare(`${select} where t.uuid is not null${conditions()} limit ?+0`).raw();
    statementByNames.set(key, statement);
    const values = named.flatMap(([, value]) => (value === null ? [] : [bindable(value)]));
    return statement.all(...values, limit) as SqlValue[][];
  };
}

function bindable(value: NonNullable<Value>): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value;
}
