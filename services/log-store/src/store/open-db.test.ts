import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDb } from './open-db.ts';
import { isStructuralDamage } from './structural-damage.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a sync.db of a newer program is refused by name and versions, and no byte of it changes', () => {
  // As a newer program that was killed leaves it: its last change in the -wal.
  const db = openDb(join(folder, 'live.db'));
  db.pragma('wal_checkpoint(truncate)');
  db.exec('create table added (id integer primary key)');
  db.pragma('user_version = 99');
  const path = join(folder, 'sync.db');
  for (const suffix of ['', '-wal']) copyFileSync(join(folder, `live.db${suffix}`), path + suffix);
  db.close();
  const bytes = () => ['', '-wal'].map((suffix) => readFileSync(path + suffix).toString('base64'));
  const before = bytes();
  expect(() => openDb(path)).toThrow(
    expect.objectContaining({
      code: 'version-mismatch',
      message: expect.stringMatching(/sync\.db is at version 99, made by a newer Shoal; .* update it$/),
    }),
  );
  expect(bytes()).toEqual(before);
});

test('[LOG-1] a file that is no database is damage, whatever else could be said of it', () => {
  const path = join(folder, 'sync.db');
  writeFileSync(path, 'no database at all, but long enough to be read as the header of one'.repeat(20));
  try {
    openDb(path);
    expect.unreachable();
  } catch (error) {
    expect(isStructuralDamage(error)).toBe(true);
  }
});
