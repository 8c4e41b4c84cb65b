import { realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ShoalError } from '@shoal/core';
import type { Sqlite, Statement } from './open-database.ts';
import { storageError } from './storage-error.ts';

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
      writerOf(db).commit.run();
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
 * 30 s, `disk-full`, `read-only`, and what `begun` throws, after which the lock is free.
 */
async function whenFree<T>(db: Sqlite, begun: () => T): Promise<{ lock: WriteLock; result: T }> {
  const writer = writerOf(db);
  const { path, turn } = writer;
  const lock = await enqueue(path);
  const deadline = performance.now() + waitMaxMs;
  try {
    await giveWay(writer);
    let isLate = false;
    while (!tryBegin(writer, deadline)) {
      isLate = true;
      writeFileSync(turn, '');
      await delay(pollMs);
    }
    if (isLate) rmSync(turn, { force: true });
    return { lock, result: begun() };
  } catch (error) {
    lock.release();
    throw storageError(error, writer.path);
  }
}

/** What writing to a connection takes, found and prepared once: it is used at every write. */
interface Writer {
  /** The one path of a file that may be opened by several. */
  readonly path: string;
  /**
   * SQLite's lock is not fair: a process that writes without pause would starve the others, which can only try now
   * and then. So who waits touches this file at each try, and who comes to write while it is fresh gives way once.
   */
  readonly turn: string;
  readonly begin: Statement;
  readonly commit: Statement;
  /** When the turn file was looked at last, on the clock of `performance`. */
  lookedMs: number;
}

const writerByDb = new WeakMap<Sqlite, Writer>();

function writerOf(db: Sqlite): Writer {
  let writer = writerByDb.get(db);
  if (writer === undefined) {
    const path = realpathSync(db.name);
    const [begin, commit] = [db.prepare('begin immediate'), db.prepare('commit')];
    writer = { path, turn: `${path}-turn`, begin, commit, lookedMs: Number.NEGATIVE_INFINITY };
    writerByDb.set(db, writer);
  }
  return writer;
}

/** A look at the file costs as much as a small write; who waits touches it again as long as it does. */
async function giveWay(writer: Writer): Promise<void> {
  const nowMs = performance.now();
  if (nowMs - writer.lookedMs < pollMs) return;
  writer.lookedMs = nowMs;
  const stats = statSync(writer.turn, { throwIfNoEntry: false });
  if (stats !== undefined && Date.now() - stats.mtimeMs < freshMs) await delay(pollMs * 2 + 1);
}

function tryBegin({ begin }: Writer, deadline: number): boolean {
  try {
    begin.run();
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
