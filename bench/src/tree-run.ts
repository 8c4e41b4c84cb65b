import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LogId, limits, type ModelName } from '@shoal/core';
import { checkDerived, freshRecordId, type Library, rebuildDerived } from '@shoal/library';
import { type GrownTree, grownTree, treeDepth } from './grown-tree.ts';
import { openLocalLibrary } from './local-library.ts';
import { rounded } from './statistics.ts';

/** After each batch folders are moved that hang so far below the root: high in the tree, in its middle, at its bottom. */
const movedDepths = [2, 5, 15, treeDepth - 3, treeDepth - 2];

/**
 * What a run found. Of batches a ratio is the least of the last tenth over the least of the first, in time of the processor: what
 * else the machine does only adds.
 */
export interface TreeRun {
  readonly entries: number;
  readonly closureRows: number;
  readonly deepest: number;
  readonly foldersMoved: number;
  /** Per batch, where it is written and where it is applied. */
  readonly captureRatio: number;
  readonly applyRatio: number;
  /** A row that a move changes against a row of the closure that a new entry brings, both at the end. */
  readonly moveRatio: number;
  readonly captureMs: number;
  readonly applyMs: number;
  readonly moveUsPerRow: number;
  readonly rebuildMs: number;
  /** Differences between what is kept and what a rebuild makes, before it and after it, on both devices. */
  readonly differences: number;
  /** Whether both devices show the same. */
  readonly isEqual: boolean;
}

/**
 * Grows a tree of A batch by batch, and of B a tenth of it before, on two libraries in this process: each applies what
 * the other writes, and after each batch folders are moved on both. Closed before it answers.
 */
export async function runTree(
  folder: string,
  { entries, batch }: { readonly entries: number; readonly batch: number },
): Promise<TreeRun> {
  const { a, b } = await openTrees(folder);
  try {
    for (const writes of batches(b.tree, entries / 10, batch)) await b.library.write(writes);
    await ship(b, a);
    const steps: Step[] = [];
    for (const writes of batches(a.tree, entries, batch)) {
      const captureMs = await processorMs(() => a.library.write(writes));
      const applyMs = await ship(a, b);
      const before = changedRows(a.library);
      const moveMs = await processorMs(() => moveFolders(a));
      steps.push({ captureMs, applyMs, moveMs, movedRows: changedRows(a.library) - before });
      await moveFolders(b);
      await ship(a, b);
      await ship(b, a);
    }
    return { ...figures(steps, batch), ...(await compared(a, b)) };
  } finally {
    for (const { library } of [a, b]) library.close();
  }
}

/** A device without services, and the tree that it owns. */
interface TreeDevice {
  readonly library: Library;
  readonly tree: GrownTree;
  /** What it has applied. */
  seq: number;
}

/** What one batch cost. */
interface Step {
  readonly captureMs: number;
  readonly applyMs: number;
  /** Of the moves after it. */
  readonly moveMs: number;
  readonly movedRows: number;
}

async function openTrees(folder: string): Promise<{ a: TreeDevice; b: TreeDevice }> {
  const places = [join(folder, 'a'), join(folder, 'b')] as const;
  for (const place of places) mkdirSync(place, { recursive: true });
  const { library: libraryA, options } = await openLocalLibrary(places[0]);
  const { library: libraryB } = await openLocalLibrary(places[1], options);
  const [a, b] = [await plant(libraryA, 1), await plant(libraryB, 2)];
  await ship(a, b);
  await ship(b, a);
  return { a, b };
}

async function plant(library: Library, seed: number): Promise<TreeDevice> {
  const id = freshRecordId(Date.now());
  const fields = new Map([
    ['name', 'tree'],
    ['path', '/tree'],
    ['device', library.options.device],
  ]);
  await library.write([{ kind: 'put', ref: { model: 'location' as ModelName, id }, fields, seen: null }]);
  return { library, tree: grownTree(id, seed), seq: 0 };
}

function* batches(tree: GrownTree, entries: number, batch: number) {
  for (let left = entries; left > 0; left -= batch) yield tree.grow(Math.min(left, batch));
}

async function moveFolders({ library, tree }: TreeDevice): Promise<void> {
  for (const depth of movedDepths) await library.write([tree.move(depth)]);
}

/** Carries what waits on one to the other, as the log would; answers what applying took, in ms of the processor. */
async function ship(from: TreeDevice, to: TreeDevice): Promise<number> {
  let ms = 0;
  for (;;) {
    const { rows, entries } = from.library.readOutbox(limits.batchEntriesMax);
    if (entries.length === 0) return ms;
    await from.library.clearOutbox(rows);
    const sequenced = entries.map((entry, index) => ({ seq: to.seq + 1 + index, entry }));
    to.seq += entries.length;
    const cursor = { logId: 'bench' as LogId, appliedSeq: to.seq, appliedEntries: to.seq };
    ms += await processorMs(() => to.library.apply(sequenced, cursor));
  }
}

/** Time of this process on the processor: what else the machine does is not in it. That of a thread is told in steps of ms. */
async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function changedRows({ store }: Library): number {
  return store.db.prepare<[], number>('select total_changes()').pluck().get()!;
}

function figures(steps: readonly Step[], batch: number) {
  const tenth = Math.max(4, Math.floor(steps.length / 10));
  const [first, last] = [steps.slice(0, tenth), steps.slice(-tenth)];
  const least = (of: readonly Step[], what: 'captureMs' | 'applyMs') =>
    Math.min(...of.map((step) => step[what]));
  const sum = (what: 'moveMs' | 'movedRows') => last.reduce((all, step) => all + step[what], 0);
  const captureMs = least(last, 'captureMs');
  const moveUsPerRow = (1_000 * sum('moveMs')) / sum('movedRows');
  // An entry has itself and half as many folders above it as there are at most.
  const newUsPerRow = (1_000 * captureMs) / (batch * (1 + treeDepth / 2));
  return {
    captureRatio: rounded(captureMs / least(first, 'captureMs')),
    applyRatio: rounded(least(last, 'applyMs') / least(first, 'applyMs')),
    moveRatio: rounded(moveUsPerRow / newUsPerRow),
    captureMs: rounded(captureMs),
    applyMs: rounded(least(last, 'applyMs')),
    moveUsPerRow: rounded(moveUsPerRow),
    foldersMoved: 2 * steps.length * movedDepths.length,
  };
}

async function compared(a: TreeDevice, b: TreeDevice) {
  let differences = 0;
  let rebuildMs = 0;
  for (const { library } of [a, b]) {
    differences += await differencesIn(library);
    rebuildMs += await processorMs(() => rebuildDerived(library));
    differences += await differencesIn(library);
  }
  const closure = a.library.store.db.prepare<[], { rows: number; deepest: number }>(
    'select count(*) as rows, max(depth) as deepest from entry_closure',
  );
  const { rows, deepest } = closure.get()!;
  const [shownOnA, shownOnB] = [placesIn(a.library), placesIn(b.library)];
  return {
    entries: shownOnA.length,
    closureRows: rows,
    deepest,
    rebuildMs: rounded(rebuildMs / 2),
    differences,
    isEqual:
      shownOnA.length === shownOnB.length && shownOnA.every((place, index) => place === shownOnB[index]),
  };
}

async function differencesIn(library: Library): Promise<number> {
  const found = await checkDerived(library);
  return found.reduce((sum, { missing, extra }) => sum + missing.count + extra.count, 0);
}

/** Every entry with the one above it, by the names that they have on every device. */
function placesIn({ store }: Library): string[] {
  return store.db
    .prepare<[], string>(
      `select e.uuid || ' in ' || coalesce(p.uuid, '') from entries e left join entries p on p.id = e.parent_id
       order by e.uuid`,
    )
    .pluck()
    .all();
}
