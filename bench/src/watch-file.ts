import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';

/** How often a file is looked at where not said otherwise, in ms: rarely enough that looking takes no core from who is measured. */
const pollMsUsual = 5;

/** Rows of a table that a device shows; 0 where the file is not there yet. */
export function countRows(path: string, table: string): number {
  return readOnce(path, `select count(*) from ${table} where uuid is not null`);
}

/** Entries in a sync log; 0 where the file is not there yet. */
export function countLog(path: string): number {
  return readOnce(path, 'select count(*) from entries');
}

/** A number that grows in a file of another process, looked at until it has reached what is wanted. */
export interface Watched {
  /** When the number was first seen to be at least `wanted`, on the clock of `performance.now()`. */
  reached(wanted: number): Promise<number>;
  /** What it is now. */
  now(): number;
  close(): void;
}

/** Watches the rows that a device shows in a table. */
export function watchRows(path: string, table: string, pollMs = pollMsUsual): Watched {
  return watch(path, `select count(*) from ${table} where uuid is not null`, pollMs);
}

/** Watches the last seq of a sync log. */
export function watchLog(path: string): Watched {
  return watch(path, 'select head_seq from log', pollMsUsual);
}

function watch(path: string, sql: string, pollMs: number): Watched {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  const select = db.prepare<[], number>(sql).pluck();
  const version = db.prepare<[], number>('pragma data_version').pluck();
  const deadlineMs = 300_000;
  let seenVersion: number | undefined;
  let seen = 0;
  /** Counting ten thousand rows takes as long as writing some: done only where the file has changed. */
  const count = () => {
    const current = version.get();
    if (current !== seenVersion) {
      seenVersion = current;
      seen = select.get() ?? 0;
    }
    return seen;
  };
  return {
    async reached(wanted) {
      const endMs = performance.now() + deadlineMs;
      for (;;) {
        const found = count();
        if (found >= wanted) return performance.now();
        if (performance.now() > endMs)
          throw new Error(`${path}: ${found} of ${wanted} after ${deadlineMs} ms`);
        await delay(pollMs);
      }
    },
    now: count,
    close: () => void db.close(),
  };
}

function readOnce(path: string, sql: string): number {
  if (!existsSync(path)) return 0;
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return db.prepare<[], number>(sql).pluck().get() ?? 0;
  } finally {
    db.close();
  }
}
