import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { storageError } from './storage-error.ts';

/** A connection to one SQLite file. */
export type Sqlite = Database.Database;

/** A prepared statement of any shape; rows are read through the types of their callers. */
export type Statement = Database.Statement<unknown[], unknown>;

/**
 * Opens a library.db for writing, making it (0600) if there is none: WAL, synchronous NORMAL (the log decides what is durable: CHG-8), foreign keys
 * on. It never waits for another writer inside SQLite, which would stop the event loop: `withWriteLock` waits. Throws
 * `disk-full`, `read-only`, `storage-failed`.
 */
export function openForWriting(path: string): Sqlite {
  let db: Sqlite | undefined;
  try {
    // SQLite would make it readable for all, and its -wal and -shm after it.
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 0');
    db.pragma('cache_size = -32000');
    // Pages of 4 kB. A checkpoint waits for the disk; a bulk write touches the same pages again and again.
    db.pragma('wal_autocheckpoint = 4000');
    return db;
  } catch (error) {
    db?.close();
    throw storageError(error, path);
  }
}

/** Opens a library.db for reading only. Throws `storage-failed`, `disk-full`, `read-only`. */
export function openForReading(path: string): Sqlite {
  let db: Sqlite | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    db.pragma('busy_timeout = 1000');
    return db;
  } catch (error) {
    db?.close();
    throw storageError(error, path);
  }
}
