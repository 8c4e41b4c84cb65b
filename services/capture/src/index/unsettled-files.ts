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
  count(): number;
}

/** An empty set; past its bound the oldest is forgotten, and starts anew when it is met again. */
export function createUnsettledFiles(
  limits: Pick<IndexLimits, 'settleMs' | 'patienceMs' | 'settleRetryMaxMs' | 'unsettledMax'>,
): UnsettledFiles {
  const sinceByPath = new Map<BytePath, number>();
  return {
    note(path, nowMs) {
      const since = sinceByPath.get(path) ?? nowMs;
      sinceByPath.set(path, since);
      if (sinceByPath.size > limits.unsettledMax) sinceByPath.delete(sinceByPath.keys().next().value!);
      const elapsed = nowMs - since;
      const isOver = elapsed >= limits.patienceMs;
      const slower = Math.max(limits.settleMs, Math.min(elapsed / 4, limits.settleRetryMaxMs));
      return { isOver, retryInMs: isOver ? slower : limits.settleMs };
    },
    forget(path) {
      sinceByPath.delete(path);
    },
    count: () => sinceByPath.size,
  };
}
