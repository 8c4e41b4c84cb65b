import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForWriting } from './open-database.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a library is readable by its user alone, with what SQLite puts beside it', () => {
  const db = openForWriting(join(folder, 'library.db'));
  db.exec('create table rows (id integer primary key)');
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  db.close();
  expect(Object.fromEntries(modes)).toEqual({
    'library.db': 0o600,
    'library.db-shm': 0o600,
    'library.db-wal': 0o600,
  });
});
