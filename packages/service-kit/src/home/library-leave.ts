import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isUuid, type LibraryId } from '@shoal/core';
import type { HomePaths, LibraryPaths } from './home-paths.ts';
import { isErrno, readPrivateFile, removeFile, storageFailed, writePrivateFile } from './private-file.ts';

/** Whether a device is about to leave a library: its services open it no more, and let go of it where they have it. */
export async function isLibraryLeaving(place: LibraryPaths): Promise<boolean> {
  return (await readPrivateFile(leavingFile(place))) !== undefined;
}

/** Whether a library's folder is there and nobody leaves it: who does not have it open yet will. Asked while a caller waits. */
export function isLibraryThere(place: LibraryPaths): boolean {
  return existsSync(place.dir) && !existsSync(leavingFile(place));
}

/** Writes down that a device leaves a library; services that run follow within `librariesPollMs`. Idempotent. */
export async function markLibraryLeaving(place: LibraryPaths): Promise<void> {
  await writePrivateFile(leavingFile(place), `${JSON.stringify({ version: 1 })}\n`);
}

/** The ids of libraries that a device began to leave, and whose folders are still there. */
export async function listLeavingIds(paths: HomePaths): Promise<LibraryId[]> {
  const names = await readdir(paths.libraries).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw storageFailed(paths.libraries, 'read', error);
  });
  const ids = names.filter(isUuid).sort() as LibraryId[];
  const areLeaving = await Promise.all(ids.map((id) => isLibraryLeaving(paths.library(id))));
  return ids.filter((_, at) => areLeaving[at]);
}

/**
 * Takes the folder of a library out of those that are opened, for good: to `left-ID-TIME` beside it, for its owner
 * only. Nothing may have it open any more. Answers where it is now. Throws `storage-failed`.
 */
export async function setLibraryAside(paths: HomePaths, id: LibraryId, wallMs: number): Promise<string> {
  const { dir } = paths.library(id);
  const stamp = new Date(wallMs).toISOString().replaceAll(/[-:.]/g, '');
  const aside = join(paths.libraries, `left-${id}-${stamp}`);
  try {
    await rename(dir, aside);
    await removeFile(join(aside, leavingName));
    return aside;
  } catch (error) {
    throw storageFailed(dir, 'set aside', error);
  }
}

/** Removes a folder that was set aside, with the keys and all rows in it. Throws `storage-failed`. */
export async function removeLibraryAside(aside: string): Promise<void> {
  try {
    await rm(aside, { recursive: true });
  } catch (error) {
    throw storageFailed(aside, 'removed', error);
  }
}

const leavingName = 'leaving';

function leavingFile({ dir }: LibraryPaths): string {
  return join(dir, leavingName);
}
