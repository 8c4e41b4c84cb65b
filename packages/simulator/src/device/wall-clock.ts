import type { Scheduler } from '../time/scheduler.ts';

/** When the histories begin, by clocks that are right. */
const startMs = 1_800_000_000_000;

/** A device's wall clock, which may be wrong (CLK-2, CLK-4). */
export interface WallClock {
  nowMs(): number;
  /** Jumps, either way. */
  step(byMs: number): void;
  /** Stands still, until the next thaw. */
  freeze(): void;
  thaw(): void;
}

export function createWallClock(scheduler: Scheduler): WallClock {
  let offsetMs = 0;
  let frozenMs: number | null = null;
  const nowMs = () => frozenMs ?? startMs + scheduler.nowMs + offsetMs;
  return {
    nowMs,
    step(byMs) {
      offsetMs += byMs;
      if (frozenMs !== null) frozenMs += byMs;
    },
    freeze: () => {
      frozenMs = nowMs();
    },
    thaw: () => {
      frozenMs = null;
    },
  };
}
