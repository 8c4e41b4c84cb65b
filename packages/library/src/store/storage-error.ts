import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ShoalError } from '@shoal/core';
import { isStorageFailure } from './storage-failure.ts';

/** Less than this free is full: SQLite takes a page at a time, and its shared memory 32 kB, in bytes. */
const roomMin = 64 * 1024;

/**
 * A failure of the disk below a SQLite file as an error of the catalogue that names the file: `disk-full`, `read-only`,
 * else `storage-failed`. Anything else, and what is one already, is given back as it is.
 */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof ShoalError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return full(path, error);
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES')
    return readOnly(path, error);
  if (!isStorageFailure(error)) return error;
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN')) {
    // SQLite keeps to itself why the system refused.
    if (!isWritable(path)) return readOnly(path, error);
    if (isFull(path)) return full(path, error);
  }
  return new ShoalError(
    'storage-failed',
    `${path} could not be read or written: ${error.message}`,
    {},
    error,
  );
}

function full(path: string, cause: Error): ShoalError {
  return new ShoalError('disk-full', `${path} cannot grow: make room on its disk`, {}, cause);
}

function readOnly(path: string, cause: Error): ShoalError {
  return new ShoalError('read-only', `${path} may not be written: give its user the right to`, {}, cause);
}

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < roomMin;
  } catch {
    // Nobody can tell: then the other reason stands.
    return false;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch (error) {
    // Not there yet is no lack of rights.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
