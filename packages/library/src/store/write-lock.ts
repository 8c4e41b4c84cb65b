import { realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ShoalError } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** How long a writer waits for the others of the same file, in ms. */
const waitMaxMs = 30_000;

/** Who waits tries this often, in ms. */
const pollMs = 1;

/** A turn file older than this was left by a process that gave up or died, in ms. */
const freshMs = 20;

/** Within one process writers of one file queue here: a blocked event loop could never let the holder finish. */
const tailByPath = new Map<string, Promise<void>>();

/** Held from before `begin immediate` to after the end of the transaction. */
export interface WriteLock {
  release(): void;
}

/** Runs `work` in one immediate transaction; synchronous, so nothing of another task can slip in. */
export async function inTransaction<T>(db: Sqlite, work: () => T): Promise<T> {
  const { lock, result } = await whenFree(db, () => {
    try {
      const result = work();
      db.exec('commit');
      return result;
    } catch (error) {
      if (db.inTransaction) db.exec('rollback');
      throw error;
    }
  });
  lock.release();
  return result;
}

/**
 * Begins an immediate transaction on `db`, for callers that cannot do their work at once. End the transaction, then
 * release. Waits and throws as `whenFree`.
 */
export async function beginImmediate(db: Sqlite): Promise<WriteLock> {
  const { lock } = await whenFree(db, () => undefined);
  return lock;
}

/**
 * Begins an immediate transaction when no other writer, here or in another process, holds the file, and runs `begun`
 * before anything else of this process can. Waits without blocking the event loop; throws `storage-failed` after
 * 30 s, and what `begun` throws, after which the lock is free.
 */
async function whenFree<T>(db: Sqlite, begun: () => T): Promise<{ lock: WriteLock; result: T }> {
  const path = pathOf(db);
  const lock = await enqueue(path);
  const turn = turnFile(path);
  const deadline = performance.now() + waitMaxMs;
  try {
    await giveWay(turn);
    let isLate = false;
    while (!tryBegin(db, deadline)) {
      isLate = true;
      writeFileSync(turn, '');
      await delay(pollMs);
    }
    if (isLate) rmSync(turn, { force: true });
    return { lock, result: begun() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const pathByDb = new WeakMap<Sqlite, string>();

/** The one path of a file that may be opened by several; it is asked for at every write. */
function pathOf(db: Sqlite): string {
  let path = pathByDb.get(db);
  if (path === undefined) {
    path = realpathSync(db.name);
    pathByDb.set(db, path);
  }
  return path;
}

/**
 * SQLite's lock is not fair: a process that writes without pause would starve the others, which can only try now
 * and then. So who waits touches this file at each try, and who comes to write while it is fresh gives way once.
 */
function turnFile(path: string): string {
  return `${path}-turn`;
}

async function giveWay(turn: string): Promise<void> {
  const stats = statSync(turn, { throwIfNoEntry: false });
  if (stats !== undefined && Date.now() - stats.mtimeMs < freshMs) await delay(pollMs * 2 + 1);
}

function tryBegin(db: Sqlite, deadline: number): boolean {
  try {
    db.exec('begin immediate');
    return true;
  } catch (error) {
    if (!isBusy(error)) throw error;
    if (performance.now() > deadline) throw stillBusy(error);
    return false;
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

function stillBusy(cause: unknown): ShoalError {
  return new ShoalError('storage-failed', 'the library did not become free for writing', {}, cause);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
