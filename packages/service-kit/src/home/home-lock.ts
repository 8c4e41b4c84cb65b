import { randomBytes } from 'node:crypto';
import { link, rename } from 'node:fs/promises';
import { ShoalError } from '@shoal/core';
import type { HomePaths } from './home-paths.ts';
import { parseJsonFields } from './json-fields.ts';
import {
  createPrivateFile,
  isErrno,
  readPrivateFile,
  removeFile,
  storageFailed,
  takeBack,
} from './private-file.ts';
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
  const text = `${JSON.stringify({ ...ownIdentity(), id: randomBytes(8).toString('hex') })}\n`;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if (await createPrivateFile(paths.lock, text)) return { release: () => release(paths.lock, text) };
    const found = await readPrivateFile(paths.lock);
    if (found === undefined) continue;
    const holder = parseHolder(found, paths.lock);
    if (holder !== undefined && isRunning(holder)) throw inUse(paths, holder.pid);
    await takeAway(paths.lock, found);
  }
  throw inUse(paths, undefined);
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
 * Moves a stale lock out of the way. Two processes may find it stale at once: the slower one then holds the fresh
 * lock of the faster in its hand, sees that it is not what it judged, and puts it back.
 */
async function takeAway(lock: string, stale: string): Promise<void> {
  const aside = `${lock}.${process.pid}.${randomBytes(4).toString('hex')}.stale`;
  try {
    await rename(lock, aside);
    if ((await readPrivateFile(aside)) !== stale) await link(aside, lock);
  } catch (error) {
    if (!isErrno(error, 'ENOENT') && !isErrno(error, 'EEXIST'))
      throw storageFailed(lock, 'taken over', error);
  } finally {
    await removeFile(aside);
  }
}

async function release(lock: string, text: string): Promise<void> {
  if ((await readPrivateFile(lock)) === text) await takeBack(lock);
}

function inUse(paths: HomePaths, pid: number | undefined): ShoalError {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new ShoalError('home-in-use', `${paths.dir} is in use by ${who}`, { field: 'home' });
}
