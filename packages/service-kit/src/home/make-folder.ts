import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ShoalError } from '@shoal/core';
import { isErrno, storageFailed } from './private-file.ts';

/**
 * Makes a folder that only its owner may enter, and those above it that are missing; an existing one stays as it is.
 * Throws `not-a-folder` where a file is in the way, `disk-full`, `read-only`, `storage-failed`.
 */
export async function makeFolder(dir: string): Promise<void> {
  try {
    await makeWithParents(dir);
  } catch (error) {
    if (isErrno(error, 'EEXIST') || isErrno(error, 'ENOTDIR')) {
      throw new ShoalError('not-a-folder', `${dir} is not a folder`, { field: 'home' }, error);
    }
    throw storageFailed(dir, 'made', error);
  }
}

/** Step by step: `recursive` of Node 24 never ends where a folder that exists takes none, as below `/proc`. */
async function makeWithParents(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (isErrno(error, 'EEXIST') && (await stat(dir)).isDirectory()) return;
    const parent = dirname(dir);
    if (!isErrno(error, 'ENOENT') || parent === dir || (await isThere(parent))) throw error;
    await makeWithParents(parent);
    await makeWithParents(dir);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
