import { limits } from '@shoal/core';
import type { Library } from '@shoal/library';
import { type Log, startSignalledLoop } from '@shoal/service-kit';

/** Deletes in the background what this device owns and what has been orphaned for a while (DEP-3). */
export interface Orphans {
  /** Finishes the step in hand, then ends. */
  stop(): Promise<void>;
}

/**
 * Looks now and then, some at a time. That is capture's business, not ingest's: the deletes are writes of this device,
 * captured and shipped as such (CHG-5).
 */
export function startOrphans(options: {
  readonly library: Pick<Library, 'options' | 'deleteOrphans'>;
  readonly log: Log;
  readonly lookMs?: number;
}): Orphans {
  const { library, log, lookMs = limits.orphanLookMs } = options;
  return startSignalledLoop({
    async work() {
      const { deleted, failed, isDone } = await library.deleteOrphans(limits.orphansMax);
      if (deleted > 0) log.info({ records: deleted }, 'orphaned records were deleted');
      for (const { ref, error } of failed) {
        log.error({ model: ref.model, record: ref.id, code: error.code }, 'an orphaned record stays');
      }
      return !isDone;
    },
    name: 'orphaned records are deleted',
    idleMs: lookMs,
    retryMs: limits.backoffBaseMs,
    retryMsMax: limits.backoffCapMs,
    library: library.options.libraryId,
    log,
  });
}
