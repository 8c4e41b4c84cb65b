import { onDisk } from './byte-path.ts';
import type { Comparison } from './compare-location.ts';
import { type DiskEntry, diskEntry } from './disk-entry.ts';
import type { KnownEntry } from './entry-store.ts';
import { type FolderNode, pathOf } from './known-tree.ts';
import { statsOf } from './scan.ts';

/** Nothing came from elsewhere. */
export const noArrivals: ReadonlyMap<DiskEntry, KnownEntry> = new Map();

/**
 * Which newcomers of a folder are known entries of other folders that are gone from there: those moved.
 * One that still stands at its known place is a hard link, and stays. `here` are the keys of this folder's
 * own entries, which have been matched already.
 */
export async function findArrivals(
  comparison: Comparison,
  node: FolderNode,
  newcomers: readonly DiskEntry[],
  here: ReadonlySet<number>,
): Promise<ReadonlyMap<DiskEntry, KnownEntry>> {
  const { store, location, batch } = comparison;
  const arrivals = new Map<DiskEntry, KnownEntry>();
  const taken = new Set(here);
  for (const disk of newcomers) {
    const candidates = await store.byFileId(location, disk.fileId);
    for (const known of candidates.toSorted((left, right) => left.key - right.key)) {
      if (known.kind !== disk.kind || known.parent === null || taken.has(known.key)) continue;
      if (batch.isMoving(known.key) || isAbove(comparison, node, known.key)) continue;
      if (await isStanding(comparison, known)) continue;
      taken.add(known.key);
      arrivals.set(disk, known);
      break;
    }
  }
  return arrivals;
}

/** Whether something of its kind is still where the index believes an entry to be. */
export async function isStanding(comparison: Comparison, known: KnownEntry): Promise<boolean> {
  const { store, location, scan } = comparison;
  const path = await pathOf(store, location, known);
  if (path === null) return false;
  const stats = await statsOf(onDisk(scan.root, path));
  if (stats === null) return false;
  // It is there and cannot be looked at: nothing is concluded.
  if (stats === 'unreadable') return true;
  if (scan.rules.isIgnored(path, stats.isDirectory())) return false;
  const disk = diskEntry(path, stats);
  return typeof disk === 'object' && disk.kind === known.kind;
}

/** No folder moves into itself; a stale index must not make it seem so. */
function isAbove(comparison: Comparison, node: FolderNode, key: number): boolean {
  for (let at: FolderNode | null = node; at !== null; at = at.above) {
    if (comparison.batch.keyOf(at.key) === key) return true;
  }
  return false;
}
