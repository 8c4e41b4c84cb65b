import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLibraryReady, migrateLibrary, requireKnownVersion } from './migrate-library.ts';
import { openForWriting } from './store/open-database.ts';

/**
 * The hazard: an older program opens a newer library.db, finds out, and by then has moved what a killed newer one left in
 * the -wal. The method: the files of a database that is open are copied, as a kill leaves them, and their bytes compared.
 */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const migrations = [{ name: 'first', sql: 'create table rows (id integer primary key)' }];

function leftByNewer(): string {
  const db = openForWriting(join(folder, 'live.db'));
  db.exec('create table rows (id integer primary key, added text)');
  db.pragma('wal_checkpoint(truncate)');
  db.exec("insert into rows values (1, 'of the newer')");
  db.pragma('user_version = 2');
  const path = join(folder, 'left.db');
  for (const suffix of ['', '-wal']) copyFileSync(join(folder, `live.db${suffix}`), path + suffix);
  db.close();
  return path;
}

const bytesOf = (path: string) =>
  ['', '-wal'].map((suffix) => ({
    bytes: createHash('sha256')
      .update(readFileSync(path + suffix))
      .digest('hex'),
    changed: statSync(path + suffix).mtimeMs,
  }));

test('a library.db of a newer program is refused by name and versions, and no byte of it changes', async () => {
  const path = leftByNewer();
  const before = bytesOf(path);
  const refusal = {
    code: 'version-mismatch',
    message: `${path} is at version 2, made by a newer Shoal; this one knows 1: update it`,
  };
  await expect(migrateLibrary(path, migrations)).rejects.toMatchObject(refusal);
  expect(() => isLibraryReady(path, migrations)).toThrow(expect.objectContaining(refusal));
  expect(() => requireKnownVersion(path, migrations)).toThrow(expect.objectContaining(refusal));
  expect(bytesOf(path)).toEqual(before);
});

test('one that is not there, or is known, is not refused', async () => {
  const path = join(folder, 'new.db');
  requireKnownVersion(path, migrations);
  await migrateLibrary(path, migrations);
  requireKnownVersion(path, migrations);
  expect(isLibraryReady(path, migrations)).toBe(true);
});
