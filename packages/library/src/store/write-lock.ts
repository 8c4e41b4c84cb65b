import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ShoalError } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** How long a writer waits for the others of the same file, in ms. */
const waitMaxMs = 30_000;

/** Within one process writers of one file queue here: a blocked event loop could never let the holder finish. */
const tailByPath = new Map<string, Promise<void>>();

/** Held from before `begin immediate` to after the end of the transaction. */
export interface WriteLock {
  release(): void;
}

/**
 * Begins an immediate transaction on `db` when no other writer, here or in another process, holds the file.
 * Waits without blocking the event loop; throws `storage-failed` after 30 s. End the transaction, then release.
 */
export async function beginImmediate(db: Sqlite): Promise<WriteLock> {
  const lock = await enqueue(realpathSync(db.name));
  const deadline = performance.now() + waitMaxMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 20)) {
    try {
      db.exec('begin immediate');
      return lock;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) {
        lock.release();
        throw new ShoalError('storage-failed', 'the library did not become free for writing', {}, error);
      }
    }
    await delay(waitMs * Math.random());
  }
}

/** Runs `work` in one immediate transaction; synchronous, so nothing of another task can slip in. */
export async function inTransaction<T>(db: Sqlite, work: () => T): Promise<T> {
  const lock = await beginImmediate(db);
  try {
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('rollback');
    throw error;
  } finally {
    lock.release();
  }
}

async function enqueue(path: string): Promise<WriteLock> {
  const before = tailByPath.get(path) ?? Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const tail = before.then(() => promise);
  tailByPath.set(path, tail);
  await before;
  return {
    release() {
      if (tailByPath.get(path) === tail) tailByPath.delete(path);
      resolve();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
