import { type ThrottleBounds, type ThrottleReason, throttleOf } from '@shoal/core';
import type { SyncLog } from '../log/sync-log.ts';

/** What weighs on the log of one library, and whether pulling waits for it (ING-5). */
export interface LogPressure {
  /** Looked at anew each time: some microseconds. */
  throttle(): ThrottleReason | null;
  setPaused(isPaused: boolean): void;
}

/** Weighs a log by a person's wish, by the free space where it lies and by what its ingest still has to apply. */
export function openPressure(options: {
  readonly log: Pick<SyncLog, 'readableSeq' | 'appliedSeq'>;
  readonly isPaused: boolean;
  /** A hub's log is applied by nobody. */
  readonly hasIngest: boolean;
  /** Bytes; null where nobody can tell. */
  readonly diskFreeBytes: () => number | null;
  readonly bounds?: ThrottleBounds | undefined;
}): LogPressure {
  const { log, hasIngest, diskFreeBytes } = options;
  let { isPaused } = options;
  return {
    throttle: () => {
      const unapplied = hasIngest ? log.readableSeq - log.appliedSeq : 0;
      return throttleOf({ isPaused, diskFreeBytes: diskFreeBytes(), unapplied }, options.bounds);
    },
    setPaused: (now) => {
      isPaused = now;
    },
  };
}
