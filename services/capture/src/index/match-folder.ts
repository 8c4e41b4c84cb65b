import { type BytePath, nameOf } from './byte-path.ts';
import type { DiskEntry } from './disk-entry.ts';
import type { KnownEntry } from './entry-store.ts';
import { fileIdOf } from './stamp.ts';

/** What is known and what is on disk, taken to be one entry. */
export interface Pair {
  readonly known: KnownEntry;
  readonly disk: DiskEntry;
}

/** How a folder's known entries and what is on disk belong together. */
export interface FolderMatch {
  /** Under the same name. */
  readonly kept: readonly Pair[];
  /** Under another name of the same folder. */
  readonly renamed: readonly Pair[];
  /** On disk and not known in this folder. */
  readonly newcomers: readonly DiskEntry[];
  /** Known and no longer in this folder. */
  readonly missing: readonly KnownEntry[];
}

/**
 * Matches one folder. The name decides first: a file that an editor replaced keeps its entry, and hard
 * links keep theirs. The file id decides for names that came or went, and where known files of this folder
 * changed places among each other (a swap, a rotation). A file and a folder never match.
 */
export function matchFolder(known: readonly KnownEntry[], disk: readonly DiskEntry[]): FolderMatch {
  const diskByName = new Map(disk.map((entry) => [entry.name, entry]));
  const kept: Pair[] = [];
  const replaced = new Map<BytePath, Pair>();
  const freeKnown: KnownEntry[] = [];
  for (const entry of known) {
    const name = nameOf(entry);
    const found = diskByName.get(name);
    if (found === undefined || found.kind !== entry.kind) {
      freeKnown.push(entry);
      continue;
    }
    diskByName.delete(name);
    const pair = { known: entry, disk: found };
    if (fileIdOf(entry.stamp) === found.fileId) kept.push(pair);
    else replaced.set(name, pair);
  }
  const freeDisk = [...diskByName.values()];
  const exchanged = exchangedNames(replaced, freeKnown, freeDisk);
  for (const [name, pair] of replaced) {
    if (exchanged.has(name)) {
      freeKnown.push(pair.known);
      freeDisk.push(pair.disk);
    } else kept.push(pair);
  }
  return { kept, ...matchByFileId(freeKnown, freeDisk) };
}

/**
 * The names whose file is another known file of this folder while the name's own file lives on under
 * another name of it. A name drops out again when one of the two is held by a name that does.
 */
function exchangedNames(
  replaced: ReadonlyMap<BytePath, Pair>,
  freeKnown: readonly KnownEntry[],
  freeDisk: readonly DiskEntry[],
): ReadonlySet<BytePath> {
  const pairs = [...replaced.values()];
  const ownerById = unique([...freeKnown, ...pairs.map((pair) => pair.known)], knownId);
  const homeById = unique([...freeDisk, ...pairs.map((pair) => pair.disk)], diskId);
  const exchanged = new Set(replaced.keys());
  const holds = (name: BytePath) => !replaced.has(name) || exchanged.has(name);
  for (let before = -1; before !== exchanged.size; ) {
    before = exchanged.size;
    for (const name of exchanged) {
      const { known, disk } = replaced.get(name)!;
      const owner = ownerById.get(diskId(disk));
      const home = homeById.get(knownId(known));
      // Hard links of one file cannot be told apart: neither side may have a double.
      const isUnique = ownerById.get(knownId(known)) === known && homeById.get(diskId(disk)) === disk;
      const isHeld = owner && home && holds(nameOf(owner)) && holds(home.name);
      if (!isUnique || !isHeld) exchanged.delete(name);
    }
  }
  return exchanged;
}

function matchByFileId(
  known: readonly KnownEntry[],
  disk: readonly DiskEntry[],
): Pick<FolderMatch, 'renamed' | 'newcomers' | 'missing'> {
  const knownById = Map.groupBy(known.toSorted(byKey), knownId);
  const renamed: Pair[] = [];
  const newcomers: DiskEntry[] = [];
  for (const entry of disk) {
    const found = knownById.get(diskId(entry))?.shift();
    if (found === undefined) newcomers.push(entry);
    else renamed.push({ known: found, disk: entry });
  }
  return { renamed, newcomers, missing: [...knownById.values()].flat() };
}

function byKey(left: KnownEntry, right: KnownEntry): number {
  return left.key - right.key;
}

function knownId(entry: KnownEntry): string {
  return `${entry.kind}:${fileIdOf(entry.stamp)}`;
}

function diskId(entry: DiskEntry): string {
  return `${entry.kind}:${entry.fileId}`;
}

/** By id, without the ids that stand for more than one (hard links): those tell nothing. */
function unique<Entry>(entries: readonly Entry[], id: (entry: Entry) => string): ReadonlyMap<string, Entry> {
  const groups = Map.groupBy(entries, id);
  return new Map([...groups].flatMap(([key, group]) => (group.length === 1 ? [[key, group[0]!]] : [])));
}
