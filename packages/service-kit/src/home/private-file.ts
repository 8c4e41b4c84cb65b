import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { ShoalError } from '@shoal/core';

/** No file of a home is larger; a key ring of 1,000 keys takes 100 KB. */
const fileBytesMax = 1024 * 1024;
const fullReasons = ['ENOSPC', 'EDQUOT'];
const lockedReasons = ['EROFS', 'EACCES', 'EPERM'];

/**
 * Writes `text` so that a reader sees the old file or the new one, never a part, and only the owner may read it
 * (0600). The bytes are on the disk before the name is. Throws `storage-failed`.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = await writeTemporary(path, text);
  try {
    await rename(temporary, path);
  } catch (error) {
    await removeFile(temporary);
    throw storageFailed(path, 'written', error);
  }
}

/** As writePrivateFile, but only where no file of that name is yet; returns whether it was made. */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw storageFailed(path, 'written', error);
  } finally {
    await removeFile(temporary);
  }
}

/** The text of a file, or undefined if there is none. Throws `damaged-file` if it is too large to be ours. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > fileBytesMax) {
      throw new ShoalError(
        'damaged-file',
        `${path} takes ${size} bytes, at most ${fileBytesMax} are expected`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return undefined;
    if (error instanceof ShoalError) throw error;
    throw storageFailed(path, 'read', error);
  }
}

/** Removes a file; it is no error that there is none. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw storageFailed(path, 'removed', error);
  }
}

/**
 * Takes back a file by which a process said that it runs. Where nothing may be written it stays: once the process is
 * gone it counts for nothing.
 */
export async function takeBack(path: string): Promise<void> {
  try {
    await removeFile(path);
  } catch (error) {
    if (!(error instanceof ShoalError && error.code === 'read-only')) throw error;
  }
}

/** Whether `error` is the system error of that code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/**
 * A failure of the file system, with the path that it is about: `disk-full`, `read-only` where it was not about reading,
 * else `storage-failed`.
 */
export function storageFailed(path: string, verb: string, cause: unknown): ShoalError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  if (fullReasons.includes(reason)) {
    return new ShoalError('disk-full', `${path} could not be ${verb}: make room on its disk`, {}, cause);
  }
  if (verb !== 'read' && lockedReasons.includes(reason)) {
    const message = `${path} could not be ${verb}: give its user the right to write there (${reason})`;
    return new ShoalError('read-only', message, {}, cause);
  }
  return new ShoalError('storage-failed', `${path} could not be ${verb}: ${reason}`, {}, cause);
}

async function writeTemporary(path: string, text: string): Promise<string> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return temporary;
  } catch (error) {
    // Of two failures the first says what is wrong.
    await removeFile(temporary).catch(() => undefined);
    throw storageFailed(path, 'written', error);
  }
}
