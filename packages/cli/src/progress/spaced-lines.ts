/** Lines that come at a growing distance: where nobody watches a terminal, and a log keeps all of them. */
export interface SpacedLines {
  /** Writes the line, if its time has come and it says something new. */
  offer(line: string): void;
  /** The next line begins a new piece of work. */
  reset(): void;
}

/** The first line comes after this: what takes no longer needs none. Each distance is twice the one before. */
const firstMs = 1_000;
const longestMs = 60_000;

/** Lines for a stream without a terminal, never more than one a second. */
export function createSpacedLines(write: (line: string) => void, nowMs: () => number): SpacedLines {
  let dueMs: number | undefined;
  let distanceMs = firstMs;
  let written = '';
  return {
    offer: (line) => {
      dueMs ??= nowMs() + firstMs;
      if (nowMs() < dueMs || line === written) return;
      write(line);
      written = line;
      dueMs = nowMs() + distanceMs;
      distanceMs = Math.min(longestMs, distanceMs * 2);
    },
    // The distance stays: many short pieces of work make no more lines than a long one.
    reset: () => {
      dueMs = dueMs === undefined ? undefined : Math.max(dueMs, nowMs() + firstMs);
      written = '';
    },
  };
}
