import type { IndexLimits } from './index-limits.ts';

/**
 * The known entries that were not where they should be, by key, until they turned up elsewhere or their
 * time is over; times are monotonic milliseconds.
 */
export interface MissingEntries {
  /** Notes an entry; the time runs from the first note. */
  note(key: number, nowMs: number): void;
  /** Removes and returns the keys whose time is over; all of them past the bound. */
  takeDue(nowMs: number): number[];
  nextDueMs(): number | null;
  clear(): void;
}

/** An empty set. */
export function createMissingEntries(
  limits: Pick<IndexLimits, 'moveGraceMs' | 'missingMax'>,
): MissingEntries {
  // In order of their times: notes come with a clock that does not run backwards.
  const sinceByKey = new Map<number, number>();
  const firstDueMs = () => {
    const first = sinceByKey.values().next();
    if (first.done) return null;
    return sinceByKey.size > limits.missingMax ? first.value : first.value + limits.moveGraceMs;
  };
  return {
    note(key, nowMs) {
      if (!sinceByKey.has(key)) sinceByKey.set(key, nowMs);
    },
    takeDue(nowMs) {
      const due: number[] = [];
      for (const key of sinceByKey.keys()) {
        if (firstDueMs()! > nowMs) break;
        sinceByKey.delete(key);
        due.push(key);
      }
      return due;
    },
    nextDueMs: firstDueMs,
    clear() {
      sinceByKey.clear();
    },
  };
}
