import { limits } from '@shoal/core';
import type { SyncLog } from '../log/sync-log.ts';

/**
 * Reads the log through in the background, a few entries at a time and all of them within `scrubPassMs`, so that damage is
 * found while others still have what is lost (LOG-1). Begins anywhere: a device that is on for an hour a day gets round,
 * too. Answers what ends it. `verify` sets aside what it finds.
 */
export function openScrub(options: {
  readonly log: Pick<SyncLog, 'count' | 'headSeq'>;
  /** Looks at so many entries behind a seq; answers the last one that it looked at, null: it came to the end. */
  readonly verify: (afterSeq: number, entries: number) => number | null;
  readonly random: () => number;
  readonly onFailed: (error: unknown) => void;
  readonly tickMs?: number;
}): { close(): void } {
  const { log, verify, onFailed, tickMs = limits.scrubTickMs } = options;
  let afterSeq = Math.floor(options.random() * log.headSeq);
  const tick = () => {
    try {
      afterSeq = verify(afterSeq, entriesOf(log.count)) ?? 0;
    } catch (error) {
      onFailed(error);
    }
  };
  const timer = setInterval(tick, tickMs);
  return { close: () => clearInterval(timer) };
}

/** Entries of one tick, for a log of so many. */
function entriesOf(count: number): number {
  const wanted = Math.ceil((count * limits.scrubTickMs) / limits.scrubPassMs);
  return Math.min(limits.scrubEntriesMax, Math.max(limits.scrubEntriesMin, wanted));
}
