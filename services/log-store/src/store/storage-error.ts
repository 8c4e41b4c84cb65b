import { ShoalError } from '@shoal/core';
import { storageError } from '@shoal/library';
import { isStructuralDamage } from './structural-damage.ts';

/**
 * What made a sync.db fail, as an error of the catalogue: `disk-full` and `read-only` by their names, all else that is no
 * error of ours as `storage-failed`, with its cause, by which damage is known.
 */
export function logStorageError(error: unknown, path: string): ShoalError {
  const named = isStructuralDamage(error) ? error : storageError(error, path);
  if (named instanceof ShoalError) return named;
  return new ShoalError('storage-failed', `the sync log ${path} could not be read or written`, {}, error);
}
