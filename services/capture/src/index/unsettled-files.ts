import type { BytePath } from './byte-path.ts';
import type { IndexLimits } from './index-limits.ts';

/** When to look at an unsettled file again, and whether to show it meanwhile. */
export interface Patience {
  readonly retryInMs: number;
  readonly isOver: boolean;
}

/** The files that were being written when they were last looked at; times are monotonic milliseconds. */
export interface UnsettledFiles {
  note(path: BytePath, nowMs: number): Patience;
  forget(path: BytePath): void;
  /** How many there are; those that nobody met again are forgotten. */
  count(nowMs: number): number;
}

/** An empty set; past its bound the oldest is forgotten, and starts anew when it is met again. */
export function createUnsettledFiles(
  limits: Pick<IndexLimits, 'settleMs' | 'patienceMs' | 'settleRetryMaxMs' | 'unsettledMax'>,
): UnsettledFiles {
  const files = new Map<BytePath, { readonly sinceMs: number; readonly lastMs: number }>();
  return {
    note(path, nowMs) {
      const sinceMs = files.get(path)?.sinceMs ?? nowMs;
      files.set(path, { sinceMs, lastMs: nowMs });
      if (files.size > limits.unsettledMax) files.delete(files.keys().next().value!);
      const elapsed = nowMs - sinceMs;
      const isOver = elapsed >= limits.patienceMs;
      const slower = Math.max(limits.settleMs, Math.min(elapsed / 4, limits.settleRetryMaxMs));
      return { isOver, retryInMs: isOver ? slower : limits.settleMs };
    },
    forget(path) {
      files.delete(path);
    },
    count(nowMs) {
      for (const [path, { lastMs }] of files) {
        if (nowMs - lastMs > 2 * limits.settleRetryMaxMs) files.delete(path);
      }
      return files.size;
    },
  };
}
