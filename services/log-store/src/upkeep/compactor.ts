import { limits } from '@shoal/core';
import type { SyncLog } from '../log/sync-log.ts';

/** Removes superseded entries in the background. */
export interface Compactor {
  /** Ingest has applied more: something may go (LOG-3). */
  signal(): void;
  close(): void;
}

/**
 * Compacts a log a while after each acknowledgement, step by step, and lets others work in between: never within an
 * append (LOG-4). A step that fails is tried again with the next acknowledgement.
 */
export function openCompactor(options: {
  readonly log: Pick<SyncLog, 'compact'>;
  readonly onFailed: (error: unknown) => void;
  readonly delayMs?: number;
}): Compactor {
  const { log, onFailed, delayMs = limits.compactDelayMs } = options;
  let timer: NodeJS.Timeout | undefined;
  let next: NodeJS.Immediate | undefined;

  function step(): void {
    next = undefined;
    try {
      if (!log.compact().isDone) next = setImmediate(step);
    } catch (error) {
      onFailed(error);
    }
  }

  return {
    signal() {
      if (timer !== undefined || next !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        step();
      }, delayMs);
    },
    close() {
      clearTimeout(timer);
      clearImmediate(next);
    },
  };
}
