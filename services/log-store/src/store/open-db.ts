import { closeSync, openSync } from 'node:fs';
import { ShoalError } from '@shoal/core';
import Database from 'better-sqlite3';
import { migrate } from './migrations.ts';
import { watchStatements } from './watch-statements.ts';

/**
 * Opens sync.db at its newest schema, making it (0600) if there is none. A commit is on the disk when it returns (0.4 ms
 * idle, 2 to 3 under load): an append is acknowledged after it and its outbox row removed (CHG-8), and ingest must not be ahead of
 * a log that lost its tail with the power (REP-6). `onDamaged` hears what `watchStatements` finds. Throws `storage-failed`, `version-mismatch`.
 */
export function openDb(
  path: string,
  onDamaged: (error: unknown) => void = () => undefined,
): Database.Database {
  let db: Database.Database | undefined;
  try {
    // SQLite would make it readable for all, and its -wal and -shm after it.
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path);
    watchStatements(db, onDamaged);
    db.pragma('journal_mode = wal');
    db.pragma('synchronous = full');
    db.pragma('secure_delete = on');
    db.pragma('foreign_keys = on');
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof ShoalError) throw error;
    throw new ShoalError('storage-failed', `${path} could not be opened as a sync log`, {}, error);
  }
}
