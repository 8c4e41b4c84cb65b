import { type HashFile, hashFile } from '../content-hash.ts';
import { type IndexLimits, indexLimits } from '../index-limits.ts';
import { createIndexer, type Indexer } from '../indexer.ts';
import type { WatchFolder } from '../watch.ts';
import { createMemoryEntryStore, type MemoryEntryStore } from './memory-entry-store.ts';
import { type TreeLines, treeInStore } from './tree-on-disk.ts';

/** An indexer over a store in memory, for one location with key 1. */
export interface TestIndexer extends AsyncDisposable {
  readonly store: MemoryEntryStore;
  readonly indexer: Indexer;
  readonly filesRead: () => number;
  readonly tree: () => TreeLines;
}

/** A watcher that sees nothing: only comparisons tell. */
export const blindWatch: WatchFolder = async () => ({ ready: Promise.resolve(), close: async () => {} });

/** No waiting: files settle at once, vanished entries are deleted at once. */
export const hasty: Partial<IndexLimits> = { settleMs: 0, moveGraceMs: 0 };

export async function startTestIndexer(options: {
  readonly path: string;
  readonly store?: MemoryEntryStore;
  readonly limits?: Partial<IndexLimits>;
  readonly watchFolder?: WatchFolder;
  readonly patterns?: readonly string[];
  readonly homes?: readonly string[];
  readonly hashFile?: HashFile;
}): Promise<TestIndexer> {
  const store = options.store ?? createMemoryEntryStore();
  let reads = 0;
  const indexer = createIndexer({
    store,
    log: { info() {}, warn() {} },
    homes: options.homes ?? [],
    limits: { ...indexLimits, ...options.limits },
    hashFile: (path) => {
      reads += 1;
      return (options.hashFile ?? hashFile)(path);
    },
    ...(options.watchFolder === undefined ? {} : { watchFolder: options.watchFolder }),
  });
  await indexer.addLocation({
    key: 1,
    path: options.path,
    ignores: { isDefault: true, patterns: options.patterns ?? [] },
  });
  return {
    store,
    indexer,
    filesRead: () => reads,
    tree: () => treeInStore(store.entries, store.keysByPath()),
    [Symbol.asyncDispose]: () => indexer.stop(),
  };
}

/** Waits until `isTrue`, looking every few milliseconds; throws after `deadlineMs` with what `describe` says. */
export async function eventually(
  isTrue: () => boolean,
  deadlineMs: number,
  describe: () => string = () => 'the condition',
): Promise<number> {
  const start = performance.now();
  while (!isTrue()) {
    if (performance.now() - start > deadlineMs) throw new Error(`not within ${deadlineMs} ms: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}
