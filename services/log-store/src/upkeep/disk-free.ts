import { statfsSync } from 'node:fs';

/** Bytes that a program without privileges may still write where `path` lies; null where nobody can tell. */
export function diskFreeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    // A bound that cannot be looked at holds nothing back: the disk itself refuses what it cannot take.
    return null;
  }
}
