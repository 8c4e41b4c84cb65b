import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { migrate, refuseNewer } from './migrations.ts';
import { logStorageError } from './storage-error.ts';
import { watchStatements } from './watch-statements.ts';

/**
 * Opens sync.db at its newest schema, making it (0600) if there is none. A commit is on the disk when it returns (0.4 ms
 * idle, 2 to 3 under load): an append is acknowledged after it and its outbox row removed (CHG-8), and ingest must not be ahead of
 * a log that lost its tail with the power (REP-6). `onDamaged` hears what `watchStatements` finds. Throws `storage-failed`, `disk-full`, `read-only`;
 * `version-mismatch` for a file of a newer program, of which nothing is touched.
 */
export function openDb(
  path: string,
  onDamaged: (error: unknown) => void = () => undefined,
): Database.Database {
  let db: Database.Database | undefined;
  try {
    refuseNewer(path);
    // SQLite would make it readable for all, and its -wal and -shm after it.
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path);
    watchStatements(db, onDamaged);
    db.pragma('journal_mode = wal');
    db.pragma('synchronous = full');
    // Pages of 4 kB: a checkpoint waits for the disk, and while much is stored it would come every few batches.
    db.pragma('wal_autocheckpoint = 4000');
    db.pragma('secure_delete = on');
    db.pragma('foreign_keys = on');
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw logStorageError(error, path);
  }
}
