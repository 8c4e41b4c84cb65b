import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openForWriting, type Sqlite } from './open-database.ts';
import { beginImmediate, inTransaction } from './write-lock.ts';

let folder: string;
let db: Sqlite;
let other: Sqlite;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  db = openForWriting(join(folder, 'x.db'));
  other = openForWriting(join(folder, 'x.db'));
  db.exec('create table things (id integer)');
});

afterEach(() => {
  other.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const count = () => db.prepare('select count(*) from things').pluck().get();

describe('a write transaction', () => {
  test('waits for that of another connection, and does not stop the event loop', async () => {
    const lock = await beginImmediate(other);
    let isDone = false;
    const write = inTransaction(db, () => db.exec('insert into things values (1)')).then(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    other.exec('commit');
    lock.release();
    await write;
    expect(count()).toBe(1);
  });

  test('waits for one that another program holds', async () => {
    other.exec('begin immediate');
    const write = inTransaction(db, () => db.exec('insert into things values (1)'));
    await new Promise((resolve) => setImmediate(resolve));
    other.exec('commit');
    await write;
    expect(count()).toBe(1);
  });

  // The hazard: between `begin` and the work another task of the connection would find itself inside of the
  // transaction, and its own `begin` would fail. Tasks that take turns in as many ways as there are ticks.
  test('is begun, worked and ended before another task of its connection can look', async () => {
    const seen: boolean[] = [];
    let isDone = false;
    const looking = (async () => {
      while (!isDone) {
        seen.push(db.inTransaction);
        await Promise.resolve();
      }
    })();
    for (let turn = 0; turn < 50; turn++)
      await inTransaction(db, () => db.exec('insert into things values (1)'));
    isDone = true;
    await looking;
    expect(seen.length).toBeGreaterThan(50);
    expect(seen).not.toContain(true);
  });

  test('that throws leaves nothing, and frees the lock', async () => {
    const failing = inTransaction(db, () => {
      db.exec('insert into things values (1)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await inTransaction(other, () => other.exec('insert into things values (2)'));
    expect(count()).toBe(1);
  });
});
