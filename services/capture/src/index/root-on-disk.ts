import { stat } from 'node:fs/promises';
import { onDisk, rootPath } from './byte-path.ts';
import { type DiskEntry, diskEntry } from './disk-entry.ts';
import type { EntryStore } from './entry-store.ts';
import { rootOf, splitPath } from './known-tree.ts';
import { readFolder, type ScanContext } from './scan.ts';
import { fileIdOf } from './stamp.ts';

/** What is needed to look at the root of a location. */
export interface RootContext {
  readonly store: EntryStore;
  readonly location: number;
  readonly scan: ScanContext;
}

/**
 * The root as it is on disk, a link to it followed. Null when it is not there or no folder, and when an
 * empty folder stands where another one with content is known: the mount point of a volume that is not
 * plugged in. Nothing may be concluded about entries then.
 */
export async function rootOnDisk({ store, location, scan }: RootContext): Promise<DiskEntry | null> {
  const disk = await statRoot(scan);
  if (disk === null) return null;
  const known = await rootOf(store, location);
  if (known === null || fileIdOf(known.stamp) === disk.fileId) return disk;
  const read = await readFolder(scan, rootPath);
  const isEmpty = read.state !== 'read' || read.entries.length === 0;
  return isEmpty && (await store.children(location, known.key)).length > 0 ? null : disk;
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
