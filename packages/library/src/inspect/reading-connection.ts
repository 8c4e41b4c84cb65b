import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Sqlite } from '../store/open-database.ts';

/**
 * A connection of `node:sqlite`, which can open a database without leaving anything beside it, in the shape that the stores
 * read through. For reading: what writes is prepared, and never run.
 */
export function readingConnection(db: DatabaseSync): Sqlite {
  return { prepare: (sql: string) => statement(db.prepare(sql), 'row') } as unknown as Sqlite;
}

type Shape = 'row' | 'first' | 'list';
type Params = Parameters<StatementSync['all']>;

function statement(prepared: StatementSync, shape: Shape): object {
  const shaped = (row: Record<string, unknown>): unknown => {
    if (shape === 'row') return mapped(row);
    const values = Object.values(row).map(asBuffer);
    return shape === 'first' ? values[0] : values;
  };
  return {
    pluck: () => statement(prepared, 'first'),
    raw: () => {
      prepared.setReturnArrays(true);
      return statement(prepared, 'list');
    },
    get(...params: Params) {
      const row = prepared.get(...params);
      return row === undefined ? undefined : shaped(row);
    },
    all: (...params: Params) => prepared.all(...params).map(shaped),
  };
}

function mapped(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asBuffer(value)]));
}

function asBuffer(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
