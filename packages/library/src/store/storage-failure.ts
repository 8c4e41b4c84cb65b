import { type ErrorCode, ShoalError } from '@shoal/core';

/** What SQLite says when the world failed: the same statement may succeed later. */
const worldCodes = [
  'BUSY',
  'LOCKED',
  'FULL',
  'IOERR',
  'READONLY',
  'CANTOPEN',
  'CORRUPT',
  'NOTADB',
  'NOMEM',
  'PROTOCOL',
  'INTERRUPT',
];
/** The same, once it has a code of ours. */
const ownCodes: readonly ErrorCode[] = ['storage-failed', 'disk-full', 'read-only'];

/** Whether a failure is of the disk or of a lock, and not of what was to be written. */
export function isStorageFailure(error: unknown): boolean {
  if (error instanceof ShoalError) return ownCodes.includes(error.code);
  if (!(error instanceof Error) || !('code' in error)) return false;
  const code = String(error.code);
  return worldCodes.some((world) => code.startsWith(`SQLITE_${world}`));
}
