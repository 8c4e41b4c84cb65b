import { type BytePath, childPath, entryName, nameOf, parentPath, rootPath } from './byte-path.ts';
import type { ChangeBatch } from './change-batch.ts';
import { type Descent, type FolderPlan, factSteps, planFolder, type Step } from './compare.ts';
import type { CountKeeper } from './comparison-counts.ts';
import type { DirtyFolder } from './dirty-folders.ts';
import type { DiskEntry } from './disk-entry.ts';
import type { EntryStore, KnownEntry } from './entry-store.ts';
import { findArrivals, noArrivals } from './find-arrivals.ts';
import type { RootSample } from './is-same-root.ts';
import { type FolderNode, nearestFolder, pathOf, rootOf, splitPath } from './known-tree.ts';
import { matchFolder } from './match-folder.ts';
import { rootOnDisk } from './root-on-disk.ts';
import { readEntry, readFolder, type ScanContext } from './scan.ts';
import { fileIdOf, linksOf } from './stamp.ts';

/** What one comparison works with. */
export interface Comparison {
  readonly store: EntryStore;
  readonly location: number;
  readonly scan: ScanContext;
  /** See `RootContext`. */
  readonly acceptsRoot?: boolean;
  readonly sampled?: RootSample;
  readonly batch: ChangeBatch;
  readonly counter: CountKeeper;
  /** Hands out negative refs, each once. */
  readonly nextRef: () => number;
  /** Asked between folders and their entries; true ends the comparison where it is, with what it found written. */
  readonly isStopping: () => boolean;
  /** A known entry is not in its folder; it is not deleted here. */
  readonly onMissing: (entry: KnownEntry) => void;
  /** This folder has to be compared (again). */
  readonly onDirty: (path: BytePath) => void;
  /** A folder whose name no watcher can take, being no UTF-8. */
  readonly onUnwatchable: (path: BytePath) => void;
}

/** `missing`: the root is not there (unplugged, renamed), and nothing may be concluded from that. */
export type ComparisonEnd = 'done' | 'missing';

/** Compares everything, parents first, writing while it goes; unchanged files are not opened. */
export async function compareLocation(comparison: Comparison): Promise<ComparisonEnd> {
  const root = await compareRoot(comparison);
  if (root === null) return 'missing';
  await compareTree(comparison, root.node, { isDeep: true, isFresh: root.isFresh });
  return 'done';
}

/**
 * Compares some folders, each alone or with all below it. A folder that is new, gone or another than the
 * known one is found by comparing the one above it.
 */
export async function compareFolders(
  comparison: Comparison,
  folders: readonly DirtyFolder[],
): Promise<ComparisonEnd> {
  for (const folder of folders) {
    if (comparison.isStopping()) break;
    if ((await rootOnDisk(comparison)) === null) return 'missing';
    const node = await standingFolder(comparison, folder.path);
    if (node === null) return compareLocation(comparison);
    await compareTree(comparison, node, {
      isDeep: folder.isDeep && node.path === folder.path,
      isFresh: false,
    });
  }
  return 'done';
}

async function compareRoot(comparison: Comparison): Promise<{ node: FolderNode; isFresh: boolean } | null> {
  const { store, location, batch } = comparison;
  const disk = await rootOnDisk(comparison);
  if (disk === null) return null;
  const known = await rootOf(store, location);
  const pairs = known === null ? [] : [{ known, disk }];
  const isRenamed = known !== null && nameOf(known) !== disk.name;
  const plan = planFolder({
    parent: null,
    match: {
      kept: isRenamed ? [] : pairs,
      renamed: isRenamed ? pairs : [],
      newcomers: known === null ? [disk] : [],
      missing: [],
    },
    arrivals: new Map(),
    nextRef: comparison.nextRef,
  });
  for (const step of plan.steps) await batch.add(step, rootPath);
  const { key } = [...plan.seen, ...plan.unseen][0]!;
  return { node: { path: rootPath, key, above: null }, isFresh: known === null };
}

/** The folder at `path` or the nearest above that is on disk what the index says; its facts are renewed. */
async function standingFolder(comparison: Comparison, path: BytePath): Promise<FolderNode | null> {
  const { store, location, scan, batch } = comparison;
  for (let node = await nearestFolder(store, location, path); node !== null; node = node.above) {
    const known = await store.get(location, node.key);
    const { folder, name } = splitPath(node.path);
    const disk = node.path === rootPath ? await rootOnDisk(comparison) : await readEntry(scan, folder, name);
    if (known === null || disk === null || typeof disk === 'string') continue;
    if (disk.kind !== 'directory' || disk.fileId !== fileIdOf(known.stamp)) continue;
    for (const step of factSteps({ known, disk })) await batch.add(step, node.path);
    return node;
  }
  return null;
}

async function compareTree(
  comparison: Comparison,
  start: FolderNode,
  { isDeep, isFresh }: { readonly isDeep: boolean; readonly isFresh: boolean },
): Promise<void> {
  const stack = [{ node: start, isDeep }];
  try {
    for (let at = stack.pop(); at !== undefined && !comparison.isStopping(); at = stack.pop()) {
      const { node: above, isDeep: isAllBelow } = at;
      const plan = await compareFolder(comparison, above, isFresh);
      if (plan === null) continue;
      const enter = ({ disk, key }: Descent) =>
        stack.push({ node: { path: childPath(above.path, disk.name), key, above }, isDeep: true });
      if (isAllBelow) plan.seen.forEach(enter);
      // The hints for what is below a moved folder named its old place.
      plan.unseen.forEach(enter);
    }
    await comparison.batch.flush();
  } finally {
    // A comparison that fails is made again, and must find what this one wrote.
    await comparison.batch.settle();
  }
}

async function compareFolder(
  comparison: Comparison,
  node: FolderNode,
  isFresh: boolean,
): Promise<FolderPlan | null> {
  const { store, location, batch, scan } = comparison;
  const read = await readFolder(scan, node.path);
  if (read.state !== 'read') {
    if (read.state === 'gone') comparison.onDirty(parentPath(node.path));
    else comparison.counter.skip({ unreadable: 1 });
    return null;
  }
  comparison.counter.folder(read.entries.length);
  comparison.counter.skip(read.skipped);
  if (!isText(node.path) && isText(parentPath(node.path))) comparison.onUnwatchable(node.path);
  const key = batch.keyOf(node.key);
  // Under a ref of this comparison there is nothing yet.
  const children = node.key < 0 ? [] : await store.children(location, key);
  const known = children.filter((entry) => !batch.isMoving(entry.key) && !read.unreadable.has(nameOf(entry)));
  const match = matchFolder(known, read.entries);
  const here = new Set(children.map((entry) => entry.key));
  const arrivals = isFresh ? noArrivals : await findArrivals(comparison, node, match.newcomers, here);
  const plan = planFolder({ parent: key, match, arrivals, nextRef: comparison.nextRef });
  for (const entry of plan.missing) comparison.onMissing(entry);
  for (const step of plan.steps) {
    // Moves of one folder belong together: names may pass through one another.
    if (comparison.isStopping() && step.change.type !== 'move') continue;
    await batch.add(step, childPath(node.path, step.name));
    if (!isFresh && isEditOfLinked(step)) await markLinked(comparison, step.identify.fileId, here);
  }
  // What is looked up next must see where things are now.
  if (plan.steps.some((step) => step.change.type === 'move')) await batch.flush();
  return plan;
}

/** Whoever watches the folder of one hard link is told nothing of an edit through another. */
function isEditOfLinked(step: Step): step is Step & { readonly identify: DiskEntry } {
  return step.change.type === 'update' && step.identify !== null && linksOf(step.identify.facts.stamp) > 1;
}

async function markLinked(comparison: Comparison, fileId: string, here: ReadonlySet<number>): Promise<void> {
  const { store, location } = comparison;
  for (const known of await store.byFileId(location, fileId)) {
    const path = here.has(known.key) ? null : await pathOf(store, location, known);
    if (path !== null) comparison.onDirty(parentPath(path));
  }
}

function isText(path: BytePath): boolean {
  return entryName(path).nameBytes === null;
}
