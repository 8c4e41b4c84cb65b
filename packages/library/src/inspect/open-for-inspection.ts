import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** How long another process may hold what is to be read, in ms. */
const busyMs = 2_000;

/** How much of a database is read through without being asked for more, in bytes: a second or two. */
const readThroughBytesMax = 512 * 1024 * 1024;

/**
 * Opens a database to look at it, whether processes work with it or not, and changes nothing in it: one without a -wal
 * beside it is closed, and is read as a file that nobody writes; in a -shm that is there SQLite notes who reads. Throws
 * what SQLite throws.
 */
export function openForInspection(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  if (!existsSync(`${path}-wal`)) url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true, timeout: busyMs });
}

/** What is wrong with the file as SQLite sees it. */
export interface FileCheck {
  readonly bytes: number;
  /** Null: it is so large that it was not read through. */
  readonly problems: readonly string[] | null;
}

/**
 * Reads a database through (`quick_check`; with `isDeep` `integrity_check`, which also compares every index, whatever the
 * size is).
 */
export function checkFile(db: DatabaseSync, path: string, isDeep: boolean): FileCheck {
  const { size: bytes } = statSync(path);
  if (!isDeep && bytes > readThroughBytesMax) return { bytes, problems: null };
  const rows = db.prepare(isDeep ? 'pragma integrity_check(10)' : 'pragma quick_check(10)').all();
  const said = rows.map((row) => String(Object.values(row)[0]));
  return { bytes, problems: said.filter((text) => text !== 'ok') };
}

/** The version of the schema of a file. */
export function schemaVersionOf(db: DatabaseSync): number {
  return Number(Object.values(db.prepare('pragma user_version').get() ?? {})[0] ?? 0);
}
