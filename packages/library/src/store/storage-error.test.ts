import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForWriting, type Sqlite } from './open-database.ts';
import { storageError } from './storage-error.ts';
import { isStorageFailure } from './storage-failure.ts';
import { inTransaction } from './write-lock.ts';

let folder: string;
let db: Sqlite;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  db = openForWriting(join(folder, 'x.db'));
  db.exec('create table rows (id integer primary key, text text)');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const count = () => db.prepare('select count(*) from rows').pluck().get();
const fill = () => db.prepare('insert into rows (text) values (?)').run('x'.repeat(100_000));

test('a write for which there is no room is disk-full, names the file, leaves nothing, and goes when there is', async () => {
  await inTransaction(db, () => db.prepare('insert into rows (text) values (?)').run('first'));
  const pages = Number(db.pragma('page_count', { simple: true }));
  db.pragma(`max_page_count = ${pages + 4}`);
  const failure = await inTransaction(db, fill).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining(join(folder, 'x.db')),
  });
  expect(isStorageFailure(failure)).toBe(true);
  expect(count()).toBe(1);
  db.pragma('max_page_count = 1000000');
  await inTransaction(db, fill);
  expect(count()).toBe(2);
});

test('a write to a file that may only be read is read-only, and names the file', async () => {
  const path = join(folder, 'x.db');
  const reader = new Database(path, { readonly: true });
  try {
    await expect(inTransaction(reader, () => reader.exec('delete from rows'))).rejects.toMatchObject({
      code: 'read-only',
      message: expect.stringContaining(path),
    });
  } finally {
    reader.close();
  }
});

test('a file that cannot be opened says so by a code, never as a bug', () => {
  mkdirSync(join(folder, 'folder.db'));
  expect(() => openForWriting(join(folder, 'folder.db'))).toThrow();
  const failed = new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
  expect(storageError(failed, join(folder, 'x.db'))).toMatchObject({ code: 'storage-failed', cause: failed });
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect(storageError(full, join(folder, 'x.db'))).toMatchObject({ code: 'disk-full' });
  const bug = new TypeError('oops');
  expect(storageError(bug, join(folder, 'x.db'))).toBe(bug);
  const other = new Database.SqliteError('unique', 'SQLITE_CONSTRAINT_UNIQUE');
  expect(storageError(other, join(folder, 'x.db'))).toBe(other);
});
