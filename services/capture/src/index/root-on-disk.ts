import { stat } from 'node:fs/promises';
import { onDisk, rootPath } from './byte-path.ts';
import { type DiskEntry, diskEntry } from './disk-entry.ts';
import type { EntryStore } from './entry-store.ts';
import { isSameRoot, type RootSample } from './is-same-root.ts';
import { rootOf, splitPath } from './known-tree.ts';
import type { ScanContext } from './scan.ts';
import { fileIdOf } from './stamp.ts';

/** What is needed to look at the root of a location. */
export interface RootContext {
  readonly store: EntryStore;
  readonly location: number;
  readonly scan: ScanContext;
  /** A person said that the folder which stands there now is the location's, whatever it was before. */
  readonly acceptsRoot?: boolean;
  readonly sampled?: RootSample;
}

/** Why nothing can be concluded about the entries of a location. */
export type RootLoss = 'gone' | 'another';

/**
 * The root as it is on disk, a link to it followed. Null when it is not there or no folder, and when another folder
 * stands there than the one that was indexed: a disk that is not plugged in leaves an empty mount point, a stray file
 * in it, or the place to another disk. Nothing may be concluded about entries then; `rootLoss` says which it is.
 */
export async function rootOnDisk(context: RootContext): Promise<DiskEntry | null> {
  const disk = await statRoot(context.scan);
  if (disk === null || context.acceptsRoot === true) return disk;
  const known = await rootOf(context.store, context.location);
  return known === null || (await isSameRoot(context, known, disk)) ? disk : null;
}

/**
 * Whether it stands there, by one look where it has the number that it had: for a look now and then, upon which nothing is
 * concluded about entries.
 */
export async function isRootThere(context: RootContext): Promise<boolean> {
  const disk = await statRoot(context.scan);
  if (disk === null) return false;
  const known = await rootOf(context.store, context.location);
  return known === null || fileIdOf(known.stamp) === disk.fileId || (await isSameRoot(context, known, disk));
}

/** Why `rootOnDisk` gave null a moment ago. */
export async function rootLoss({ scan }: RootContext): Promise<RootLoss> {
  return (await statRoot(scan)) === null ? 'gone' : 'another';
}

async function statRoot(scan: ScanContext): Promise<DiskEntry | null> {
  try {
    const stats = await stat(onDisk(scan.root, rootPath), { bigint: true });
    if (!stats.isDirectory()) return null;
    const disk = diskEntry(splitPath(scan.root).name || scan.root, stats);
    return typeof disk === 'object' ? disk : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}
