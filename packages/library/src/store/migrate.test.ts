import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isMigrated, type Migration, migrate } from './migrate.ts';
import { openForWriting, type Sqlite } from './open-database.ts';

let folder: string;
let db: Sqlite;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  db = openForWriting(join(folder, 'x.db'));
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const first: Migration = {
  name: 'first',
  sql: `create table parents (id integer primary key, name text);
    create table children (id integer primary key,
      parent_id integer references parents (id) on delete cascade)`,
};
const second: Migration = { name: 'second', sql: 'alter table parents add column color text' };
const broken: Migration = { name: 'broken', sql: 'create table halfway (id integer); select nonsense' };

const children = () => db.prepare('select count(*) from children').pluck().get();

/** What a later release of the engine, or another model, brings between the steps that were there. */
const between: Migration = { name: 'between', sql: 'create table others (id integer primary key)' };

describe('migrating', () => {
  test('brings a file up to date step by step, and what is there survives it, children too', async () => {
    expect(isMigrated(db, [first])).toBe(false);
    await migrate(db, [first]);
    db.exec("insert into parents values (1, 'a'); insert into children values (1, 1), (2, 1)");
    expect(isMigrated(db, [first])).toBe(true);
    expect(isMigrated(db, [first, second])).toBe(false);
    await migrate(db, [first, second]);
    expect(db.prepare('select * from parents').all()).toEqual([{ id: 1, name: 'a', color: null }]);
    expect(children()).toBe(2);
  });

  test('of a file that is up to date changes nothing', async () => {
    await migrate(db, [first]);
    db.exec("insert into parents values (1, 'a')");
    await migrate(db, [first]);
    expect(db.prepare('select count(*) from parents').pluck().get()).toBe(1);
  });

  test('refuses a file that a newer program wrote', async () => {
    await migrate(db, [first, second]);
    await expect(migrate(db, [first])).rejects.toMatchObject({ code: 'version-mismatch' });
    expect(() => isMigrated(db, [first])).toThrow(expect.objectContaining({ code: 'version-mismatch' }));
  });

  test('leaves nothing of a step that fails, and keeps those before', async () => {
    await expect(migrate(db, [first, broken])).rejects.toMatchObject({
      code: 'invalid-model',
      message: 'the migration "broken" fails: no such column: nonsense',
    });
    expect(isMigrated(db, [first])).toBe(true);
    expect(db.prepare("select count(*) from sqlite_master where name = 'halfway'").pluck().get()).toBe(0);
  });

  test('[S0-54] takes a step that comes later in the middle of the list, and none of the others twice', async () => {
    await migrate(db, [first, second]);
    await migrate(db, [first, between, second]);
    expect(isMigrated(db, [first, between, second])).toBe(true);
    expect(db.prepare('select name from shoal_migrations').pluck().all()).toEqual([
      'between',
      'first',
      'second',
    ]);
  });

  test('refuses a file with a step that is no longer in the list, by its name', async () => {
    await migrate(db, [first, second]);
    await expect(migrate(db, [first, between])).rejects.toMatchObject({
      code: 'version-mismatch',
      message: expect.stringMatching(/the step "second", which nobody here knows/),
    });
  });

  test('from two connections at once takes each step once', async () => {
    const other = openForWriting(join(folder, 'x.db'));
    await Promise.all([migrate(db, [first, second]), migrate(other, [first, second])]);
    other.close();
    expect(isMigrated(db, [first, second])).toBe(true);
  });
});
