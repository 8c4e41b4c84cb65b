import type { LibraryPaths } from './home-paths.ts';
import { readPrivateFile, removeFile, writePrivateFile } from './private-file.ts';

/**
 * Whether a person wants the library to take nothing in on this device (ING-4): while the file `paused` is there, also
 * after a restart and with another sync.db. Throws `storage-failed`.
 */
export async function isLibraryPaused(place: LibraryPaths): Promise<boolean> {
  return (await readPrivateFile(place.paused)) !== undefined;
}

/** Writes that wish down or takes it back; services that run follow within `librariesPollMs`. Idempotent. */
export async function setLibraryPaused(place: LibraryPaths, isPaused: boolean): Promise<void> {
  if (isPaused) await writePrivateFile(place.paused, `${JSON.stringify({ version: 1 })}\n`);
  else await removeFile(place.paused);
}
