import { type BytePath, isWithin, namesOf } from './byte-path.ts';
import type { IndexLimits } from './index-limits.ts';

/** A folder to compare: alone, or with everything below it. */
export interface DirtyFolder {
  readonly path: BytePath;
  readonly isDeep: boolean;
}

/** The folders that wait for comparison, bounded; times are monotonic milliseconds. */
export interface DirtyFolders {
  /** Something happened there: due after the debounce, which later hints prolong up to its bound. */
  hint(folder: DirtyFolder, nowMs: number): void;
  /** To be looked at (again) at `dueMs`, or earlier if a hint comes. */
  schedule(folder: DirtyFolder, dueMs: number): void;
  /** Removes and returns what is due, parents first, without what a deep one covers. */
  takeDue(nowMs: number): DirtyFolder[];
  /** When `takeDue` will have something; null while nothing waits. */
  nextDueMs(): number | null;
  clear(): void;
}

interface Waiting {
  readonly isDeep: boolean;
  /** Of the first hint; null for what is only scheduled. */
  readonly firstHintMs: number | null;
  readonly dueMs: number;
}

/** An empty set. Past its bound it collapses to the folder that all have in common, deep. */
export function createDirtyFolders(
  limits: Pick<IndexLimits, 'debounceMs' | 'debounceMaxMs' | 'dirtyFoldersMax'>,
): DirtyFolders {
  const waiting = new Map<BytePath, Waiting>();

  const put = (path: BytePath, entry: Waiting) => {
    waiting.set(path, entry);
    if (waiting.size > limits.dirtyFoldersMax) collapse(waiting);
  };

  return {
    hint({ path, isDeep }, nowMs) {
      const before = waiting.get(path);
      const firstHintMs = before?.firstHintMs ?? nowMs;
      const dueMs = Math.min(firstHintMs + limits.debounceMaxMs, nowMs + limits.debounceMs);
      put(path, { isDeep: isDeep || before?.isDeep === true, firstHintMs, dueMs });
    },
    schedule({ path, isDeep }, dueMs) {
      const before = waiting.get(path);
      put(path, {
        isDeep: isDeep || before?.isDeep === true,
        firstHintMs: before?.firstHintMs ?? null,
        dueMs: Math.min(before?.dueMs ?? dueMs, dueMs),
      });
    },
    takeDue(nowMs) {
      const due: DirtyFolder[] = [];
      for (const [path, entry] of waiting) {
        if (entry.dueMs > nowMs) continue;
        waiting.delete(path);
        due.push({ path, isDeep: entry.isDeep });
      }
      return withoutCovered(due);
    },
    nextDueMs() {
      let next: number | null = null;
      for (const entry of waiting.values()) next = Math.min(next ?? entry.dueMs, entry.dueMs);
      return next;
    },
    clear() {
      waiting.clear();
    },
  };
}

/** The nearest folder that holds both. */
export function commonFolder(left: BytePath, right: BytePath): BytePath {
  const rightNames = namesOf(right);
  const names = namesOf(left);
  const differsAt = names.findIndex((name, index) => name !== rightNames[index]);
  return (differsAt < 0 ? names : names.slice(0, differsAt)).join('/') as BytePath;
}

function collapse(waiting: Map<BytePath, Waiting>): void {
  const path = [...waiting.keys()].reduce(commonFolder);
  const entries = [...waiting.values()];
  waiting.clear();
  const firstHints = entries.flatMap((entry) => entry.firstHintMs ?? []);
  waiting.set(path, {
    isDeep: true,
    firstHintMs: firstHints.length === 0 ? null : firstHints.reduce((a, b) => Math.min(a, b)),
    dueMs: entries.reduce((soonest, entry) => Math.min(soonest, entry.dueMs), Number.POSITIVE_INFINITY),
  });
}

function withoutCovered(folders: readonly DirtyFolder[]): DirtyFolder[] {
  const sorted = folders.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const taken: DirtyFolder[] = [];
  for (const folder of sorted) {
    if (!taken.some((other) => other.isDeep && isWithin(other.path, folder.path))) taken.push(folder);
  }
  return taken;
}
