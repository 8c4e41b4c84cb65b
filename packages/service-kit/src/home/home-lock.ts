import { randomBytes } from 'node:crypto';
import { ShoalError } from '@shoal/core';
import type { HomePaths } from './home-paths.ts';
import { parseJsonFields } from './json-fields.ts';
import { createPrivateFile, readPrivateFile, removeFile, takeBack } from './private-file.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Held by the one process that runs a device. */
export interface HomeLock {
  /** Gives the home free; a second call does nothing. */
  release(): Promise<void>;
}

/** Takeovers in a row before giving up: each means that another process was faster. */
const attemptsMax = 10;

/**
 * Locks a home for this process. Throws `home-in-use`, naming the pid, while another holder lives. The lock of a
 * process that is gone (no such pid, or the pid belongs to a process that started at another time) is taken over.
 */
export async function lockHome(paths: HomePaths): Promise<HomeLock> {
  const locked = await lockFile(paths.lock);
  if ('release' in locked) return locked;
  const who = locked.pid === undefined ? 'another process' : `process ${locked.pid}`;
  throw new ShoalError('home-in-use', `${paths.dir} is in use by ${who}`, { field: 'home' });
}

/** The process that holds a home now, if one does. */
export async function homeHolder(paths: HomePaths): Promise<ProcessIdentity | undefined> {
  const found = await readPrivateFile(paths.lock);
  const holder = found === undefined ? undefined : parseHolder(found, paths.lock);
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** A lock that does not parse was cut off by a crash of the machine: its writer is gone. */
function parseHolder(text: string, file: string): ProcessIdentity | undefined {
  try {
    const fields = parseJsonFields(text, file);
    const pid = fields.integer('pid', { min: 1, max: Number.MAX_SAFE_INTEGER });
    return { pid, startTime: fields.text('startTime', 200) };
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'damaged-file') return undefined;
    throw error;
  }
}

/**
 * A stale lock is removed only by who holds the lock beside it: of two who find it stale at once, the slower one would
 * else remove the fresh lock of the faster.
 */
async function lockFile(lock: string): Promise<HomeLock | { readonly pid: number | undefined }> {
  const text = `${JSON.stringify({ ...ownIdentity(), id: randomBytes(8).toString('hex') })}\n`;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if (await createPrivateFile(lock, text)) return { release: () => release(lock, text) };
    const found = await readPrivateFile(lock);
    if (found === undefined) continue;
    const holder = parseHolder(found, lock);
    if (holder !== undefined && isRunning(holder)) return { pid: holder.pid };
    const taking = await lockFile(`${lock}.taking`);
    if (!('release' in taking)) return taking;
    try {
      // Another may have taken it over since it was read.
      if ((await readPrivateFile(lock)) === found) await removeFile(lock);
    } finally {
      await taking.release();
    }
  }
  return { pid: undefined };
}

async function release(lock: string, text: string): Promise<void> {
  if ((await readPrivateFile(lock)) === text) await takeBack(lock);
}
