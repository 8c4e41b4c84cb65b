import { childPath, nameOf, onDisk, rootPath } from './byte-path.ts';
import { type DiskEntry, entryFacts } from './disk-entry.ts';
import type { EntryStore, KnownEntry } from './entry-store.ts';
import { type ScanContext, statsOf } from './scan.ts';
import { fileIdOf, isNamedByBirth, withoutDevice } from './stamp.ts';

/** Files that are looked at, and folders that they are looked for in: enough to know a disk again, some ms of work. */
const sampleMax = 16;
const foldersMax = 64;
/** Fewer files may all have been edited at once; of a folder with the same number they say nothing. */
const sampleMin = 4;

/** The files of a location that stand for all, once they are looked up. */
export interface RootSample {
  files?: readonly SampledFile[];
}

interface RootSurroundings {
  readonly store: EntryStore;
  readonly location: number;
  readonly scan: ScanContext;
  /** What was looked up once for a comparison. */
  readonly sampled?: RootSample;
}

/**
 * Whether the folder that stands at the root is the one that was indexed. Its inode and birth say so, also where the
 * disk came back under another device number. Where they say nothing (file systems without births number every root
 * alike, or anew at each mount) or something else (a copy put back in its place), files are compared: the same path with
 * the same inode, or the same size and time of modification. Of a folder with the same number one must be as it was, of
 * another one half of them.
 */
export async function isSameRoot(
  context: RootSurroundings,
  known: KnownEntry,
  disk: DiskEntry,
): Promise<boolean> {
  const isSameNumber = withoutDevice(known.stamp) === withoutDevice(disk.facts.stamp);
  if (isSameNumber && isNamedByBirth(disk.facts.stamp)) return true;
  const sampled = context.sampled ?? {};
  sampled.files ??= await sampleFiles(context, known);
  const sample = sampled.files;
  // Nothing hangs on it, or nothing tells it from another.
  if (sample.length === 0) {
    const isKnownEmpty = (await context.store.children(context.location, known.key)).length === 0;
    return isKnownEmpty || fileIdOf(known.stamp) === disk.fileId;
  }
  if (isSameNumber && sample.length < sampleMin) return true;
  const standing = await Promise.all(sample.map(isAsKnown));
  const count = standing.filter(Boolean).length;
  return count >= (isSameNumber ? 1 : sample.length / 2);
}

interface SampledFile {
  readonly path: Buffer;
  readonly known: KnownEntry;
}

/** Known files with content, those nearest to the root first. */
async function sampleFiles(
  { store, location, scan }: RootSurroundings,
  root: KnownEntry,
): Promise<SampledFile[]> {
  const folders = [{ key: root.key, path: rootPath }];
  const files: SampledFile[] = [];
  for (let at = 0; at < folders.length && files.length < sampleMax; at++) {
    const folder = folders[at]!;
    for (const known of await store.children(location, folder.key)) {
      const path = childPath(folder.path, nameOf(known));
      if (known.kind === 'directory' && folders.length < foldersMax) folders.push({ key: known.key, path });
      if (known.kind === 'file' && known.size > 0 && files.length < sampleMax) {
        files.push({ path: onDisk(scan.root, path), known });
      }
    }
  }
  return files;
}

async function isAsKnown({ path, known }: SampledFile): Promise<boolean> {
  const stats = await statsOf(path);
  if (stats === null || stats === 'unreadable' || !stats.isFile()) return false;
  const { size, modifiedAt, stamp } = entryFacts('file', stats);
  return (
    fileIdOf(stamp) === fileIdOf(known.stamp) || (size === known.size && modifiedAt === known.modifiedAt)
  );
}
