import { ShoalError } from '@shoal/core';

/** Runs a transaction and answers its result; null where the disk failed it, and then nothing has changed. */
export function committed<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'storage-failed') return null;
    throw error;
  }
}

/** Runs a transaction; false where the disk failed it, and then nothing has changed. What is a bug goes on. */
export function commits(work: () => void): boolean {
  return (
    committed(() => {
      work();
      return true;
    }) ?? false
  );
}
