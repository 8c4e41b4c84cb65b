import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertRows } from './insert-rows.ts';
import type { Sqlite } from './open-database.ts';

let db: Sqlite;

beforeEach(() => {
  db = new Database(':memory:');
  db.exec('create table things (id integer primary key, name text not null unique, size integer)');
});

afterEach(() => db.close());

const names = (count: number) => Array.from({ length: count }, (_, index) => `thing ${index}`);

describe('rows that share a statement', () => {
  test.each([0, 1, 15, 16, 17, 50])('are all there, in their order: %i of them', (count) => {
    insertRows(db, 'things', ['name', 'size'])(names(count).map((name, size) => [name, size]));
    const rows = db.prepare('select id, name, size from things order by id').all();
    expect(rows).toEqual(names(count).map((name, size) => ({ id: size + 1, name, size })));
  });

  test('are new: one that is there already is refused, and the caller rolls back', () => {
    const insert = insertRows(db, 'things', ['name', 'size']);
    insert([['thing 20', 0]]);
    db.exec('begin');
    expect(() => insert(names(30).map((name, size) => [name, size]))).toThrow('UNIQUE');
    db.exec('rollback');
    expect(db.prepare('select name from things').pluck().all()).toEqual(['thing 20']);
  });
});
