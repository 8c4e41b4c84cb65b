import { linkSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytePath, parentPath } from './byte-path.ts';
import { compareFolders, compareLocation } from './compare-location.ts';
import { createCountKeeper } from './comparison-counts.ts';
import { hashFile } from './content-hash.ts';
import { deleteMissing } from './delete-missing.ts';
import type { DirtyFolder } from './dirty-folders.ts';
import { ignoreRules } from './ignore-rules.ts';
import { indexLimits } from './index-limits.ts';
import { systemClock } from './index-surroundings.ts';
import { createLocationWork } from './location-work.ts';
import { createMemoryEntryStore } from './testing/memory-entry-store.ts';
import { tempFolder } from './testing/temp-folder.ts';
import { treeInStore, treeOnDisk } from './testing/tree-on-disk.ts';

/** One thing that somebody does to a folder; a path is a choice among those that there are. */
type Operation =
  | { readonly type: 'create' | 'mkdir' | 'edit' | 'delete' | 'save-by-rename'; readonly at: number }
  | { readonly type: 'rename' | 'link' | 'swap'; readonly at: number; readonly to: number };

/** FC_RUNS=2000 for a long night. */
const runs = Number(process.env.FC_RUNS ?? 150);

/** What an operation touched, and where it moved things: the entry at the key is now at the value. */
interface Effect {
  readonly touched: readonly string[];
  readonly moved: ReadonlyMap<string, string>;
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    type: fc.constantFrom('create', 'mkdir', 'edit', 'delete', 'save-by-rename'),
    at: fc.nat(),
  }),
  fc.record({ type: fc.constantFrom('rename', 'rename', 'link', 'swap'), at: fc.nat(), to: fc.nat() }),
);

describe('a comparison after any operations', () => {
  test.each(['whole', 'folders'] as const)(
    'leaves the store equal to the disk, comparing %s',
    async (how) => {
      const batches = fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(batches, async (rounds) => {
          using world = createWorld();
          await world.compare();
          for (const operations of rounds) {
            const touched = operations.flatMap((one) => world.perform(one).touched);
            await world.compare(how === 'whole' ? null : touched);
            expect(world.tree()).toEqual(treeOnDisk(world.root));
          }
        }),
        { numRuns: runs },
      );
    },
    60_000,
  );

  test.each(['whole', 'folders'] as const)(
    'keeps every entry that was moved, edited or left alone, comparing %s after each one',
    async (how) => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 15 }), async (operations) => {
          using world = createWorld();
          await world.compare();
          for (const one of operations) {
            const before = world.keys();
            const effect = world.perform(one);
            await world.compare(how === 'whole' ? null : effect.touched);
            expect(world.tree()).toEqual(treeOnDisk(world.root));
            expect(survivors(world.keys(), before)).toEqual(expected(before, effect, world.keys()));
          }
        }),
        { numRuns: runs },
      );
    },
    60_000,
  );
});

/** Of the entries known before, where they are now. */
function survivors(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>) {
  const known = new Set(before.values());
  return new Map([...now].filter(([, key]) => known.has(key)).toSorted());
}

function expected(before: ReadonlyMap<string, number>, effect: Effect, now: ReadonlyMap<string, number>) {
  const moved = [...before].map(([path, key]) => [movedPath(path, effect.moved), key] as const);
  return new Map(moved.filter(([path]) => now.has(path)).toSorted());
}

function movedPath(path: string, moved: ReadonlyMap<string, string>): string {
  for (const [from, to] of moved) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}

function createWorld() {
  const folder = tempFolder();
  const root = mkdtempSync(join(folder.path, 'root-'));
  const store = createMemoryEntryStore();
  const rootBytes = bytePath(root);
  const rules = ignoreRules(rootBytes, { isDefault: true, patterns: [] }, []);
  const work = createLocationWork({
    store,
    location: 1,
    root: rootBytes,
    limits: { ...indexLimits, settleMs: 0 },
    clock: systemClock,
    hashFile,
  });
  let writes = 0;
  const paths = () => treeOnDisk(root).map((line) => line.split(' | ') as [string, string]);
  const folders = () => paths().flatMap(([path, kind]) => (kind === 'directory' ? [path] : []));
  const pick = <Value>(values: readonly Value[], choice: number) => values[choice % values.length];
  const fresh = (choice: number) => join(pick(folders(), choice)!, `n${++writes}`);
  const full = (path: string) => join(root, path);
  // Another size each time: two writes within one tick of the file system's clock must differ.
  const write = (path: string) => writeFileSync(full(path), 'x'.repeat(++writes));

  const perform = (one: Operation): Effect => {
    const nothing: Effect = { touched: [], moved: new Map() };
    const files = paths().flatMap(([path, kind]) => (kind === 'file' ? [path] : []));
    const file = pick(files, one.at);
    const any = pick(
      paths()
        .map(([path]) => path)
        .filter((path) => path !== ''),
      one.at,
    );
    switch (one.type) {
      case 'create': {
        const path = fresh(one.at);
        write(path);
        return { ...nothing, touched: [path] };
      }
      case 'mkdir': {
        const path = fresh(one.at);
        mkdirSync(full(path));
        return { ...nothing, touched: [path] };
      }
      case 'edit':
        if (file === undefined) return nothing;
        write(file);
        return { ...nothing, touched: [file] };
      case 'save-by-rename':
        if (file === undefined) return nothing;
        write(`${file}.tmp`);
        renameSync(full(`${file}.tmp`), full(file));
        return { ...nothing, touched: [file] };
      case 'delete':
        if (any === undefined) return nothing;
        rmSync(full(any), { recursive: true });
        return { ...nothing, touched: [any] };
      case 'link': {
        if (file === undefined) return nothing;
        const path = fresh(one.to);
        linkSync(full(file), full(path));
        return { ...nothing, touched: [file, path] };
      }
      case 'rename': {
        const target = fresh(one.to);
        if (any === undefined || target.startsWith(`${any}/`)) return nothing;
        renameSync(full(any), full(target));
        return { touched: [any, target], moved: new Map([[any, target]]) };
      }
      case 'swap': {
        const siblings = paths()
          .map(([path]) => path)
          .filter((path) => path !== '' && dirname(path) === dirname(any ?? ''));
        const other = pick(siblings, one.to);
        if (any === undefined || other === undefined) return nothing;
        // Two links of one file that change places are the same as before.
        if (lstatSync(full(any)).ino === lstatSync(full(other)).ino) return nothing;
        renameSync(full(any), full(`${any}.swap`));
        renameSync(full(other), full(any));
        renameSync(full(`${any}.swap`), full(other));
        return {
          touched: [any, other],
          moved: new Map([
            [any, other],
            [other, any],
          ]),
        };
      }
    }
  };

  return {
    root,
    perform,
    keys: () => store.keysByPath(),
    tree: () => treeInStore(store.entries, store.keysByPath()),
    /** All, or the folders that hold what was touched. */
    async compare(touched: readonly string[] | null = null) {
      const comparison = work.begin({ counter: createCountKeeper(), rules, isStopping: () => false });
      if (touched === null) await compareLocation(comparison);
      else {
        let dirty: readonly DirtyFolder[] = touched.flatMap((path) => [
          { path: parentPath(bytePath(path)), isDeep: false },
          // As the watcher says of a folder that came or changed places.
          { path: bytePath(path), isDeep: true },
        ]);
        while (dirty.length > 0) {
          await compareFolders(comparison, dirty);
          dirty = work.dirty.takeDue(Number.POSITIVE_INFINITY);
        }
      }
      await deleteMissing(comparison, work.missing.takeDue(Number.POSITIVE_INFINITY));
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
