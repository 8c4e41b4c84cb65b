import { limits } from '@shoal/core';

/** Whether what an index finds waits for the index to rest before it is shipped (CHG-8). */
export interface IndexHold {
  /** The index is about to write so many changes at once. */
  writing(changes: number): void;
  isHeld(): boolean;
}

/**
 * Shipping takes as much of the machine as indexing itself, on every device of the library; who waits for an index waits
 * for its end. So from its first large batch on, while a comparison goes on and nothing but what it finds is
 * in the outbox, the relay is held back: `indexHoldMs` at most, and no second time before the comparison has ended.
 */
export function createIndexHold(options: {
  readonly isComparing: () => boolean;
  /** Whether all that waits to be shipped was found by an index. */
  readonly isOnlyIndex: () => boolean;
  readonly nowMs: () => number;
}): IndexHold {
  const { isComparing, isOnlyIndex, nowMs } = options;
  let sinceMs: number | null = null;
  return {
    writing(changes) {
      if (changes >= limits.indexHoldChangesMin) sinceMs ??= nowMs();
    },
    isHeld() {
      if (sinceMs === null) return false;
      if (!isComparing()) sinceMs = null;
      return sinceMs !== null && nowMs() - sinceMs < limits.indexHoldMs && isOnlyIndex();
    },
  };
}
