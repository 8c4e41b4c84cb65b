import type { BytePath } from './byte-path.ts';
import type { Step } from './compare.ts';
import type { CountKeeper } from './comparison-counts.ts';
import type { EntryChange, EntryStore } from './entry-store.ts';
import type { Identified, IdentifyContent } from './identify-content.ts';
import type { IndexLimits } from './index-limits.ts';

/** Collects the steps of one comparison and hands them to the store, a bounded number at a time, one after the other. */
export interface ChangeBatch {
  /** Adds a step about what is at `path`; begins to write the batch when it is full. */
  add(step: Step, path: BytePath): Promise<void>;
  /** Writes what was added, once its files are read. */
  flush(): Promise<void>;
  /** Waits for what is being written, whatever comes of it. */
  settle(): Promise<void>;
  /** The key of a ref that was written; other keys and refs as they are. */
  keyOf(key: number): number;
  /** Whether a move of this entry waits to be written. */
  isMoving(key: number): boolean;
}

/** What becomes of a step whose file could not be identified now. */
export type Unidentified = 'withhold' | 'apply-without-content';

/**
 * A batch for one location. `onUnidentified` decides about files that are being written, gone or
 * unreadable; a step that is withheld leaves no trace, so the next comparison meets it again.
 */
export function createChangeBatch(options: {
  readonly store: EntryStore;
  readonly location: number;
  readonly limits: IndexLimits;
  readonly identify: IdentifyContent;
  readonly counter: CountKeeper;
  readonly onIdentified: (path: BytePath) => void;
  readonly onUnidentified: (
    path: BytePath,
    why: Exclude<Identified, { state: 'identified' }>,
  ) => Unidentified;
}): ChangeBatch {
  const { store, location, limits, counter } = options;
  const keyByRef = new Map<number, number>();
  let waiting: { step: Step; path: BytePath; identified: Promise<Identified> | null }[] = [];
  let waitingBytes = 0;
  const moving = new Set<number>();
  const keyOf = (key: number) => keyByRef.get(key) ?? key;

  let writing: Promise<void> = Promise.resolve();

  const write = async (changes: readonly EntryChange[]) => {
    for (const [ref, key] of await store.apply(location, changes)) keyByRef.set(ref, key);
    for (const change of changes) counter.change(change.type);
  };

  /** What is new is written while the next files are read: nobody asks the store for it in this comparison. */
  const begin = async () => {
    const taken = waiting;
    waiting = [];
    waitingBytes = 0;
    const changes: EntryChange[] = [];
    for (const { step, path, identified } of taken) {
      const change = identified === null ? step.change : complete(step, path, await identified);
      if (change !== null) changes.push(change);
    }
    await writing;
    if (changes.length > 0) {
      writing = write(changes.map((change) => withKeys(change, keyOf)));
      // A failure is met by whoever waits next; until then it is not an unhandled one.
      writing.catch(() => {});
      if (changes.some(({ type }) => type !== 'create')) await writing;
    }
    moving.clear();
  };

  const flush = async () => {
    await begin();
    await writing;
  };

  const complete = (step: Step, path: BytePath, identified: Identified): EntryChange | null => {
    if (identified.state === 'identified') {
      options.onIdentified(path);
      const { facts, content } = identified;
      return { ...step.change, facts, content } as EntryChange;
    }
    const verdict = options.onUnidentified(path, identified);
    return verdict === 'apply-without-content' && step.isNews ? step.change : null;
  };

  return {
    async add(step, path) {
      const disk = step.identify;
      if (step.change.type === 'move') moving.add(step.change.key);
      const identified = disk === null ? null : options.identify(path, disk);
      // A failure is met in flush; until then it is not an unhandled one.
      identified?.catch(() => {});
      waiting.push({ step, path, identified });
      waitingBytes += disk?.facts.size ?? 0;
      if (waiting.length >= limits.batchChangesMax || waitingBytes >= limits.batchBytesMax) await begin();
    },
    flush,
    // A failure is met in flush.
    settle: () => writing.catch(() => {}),
    keyOf,
    isMoving: (key) => moving.has(key),
  };
}

function withKeys(change: EntryChange, keyOf: (key: number) => number): EntryChange {
  switch (change.type) {
    case 'create':
    case 'move':
      return change.parent === null ? change : { ...change, parent: keyOf(change.parent) };
    case 'update':
    case 'delete':
      return change;
  }
}
