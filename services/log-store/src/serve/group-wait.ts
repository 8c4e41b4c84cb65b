import { limits } from '@shoal/core';
import type { SyncLog } from '../log/sync-log.ts';

/**
 * Sees to it that a group whose rest never comes is read as it is after `groupWaitMs` (REP-8): its author may be gone
 * for good, and what has come must not wait with it. `check` answers whether something became readable.
 */
export function openGroupWait(log: SyncLog, nowMs: () => number) {
  let held: { readonly firstSeq: number; readonly sinceMs: number } | null = null;
  return {
    check(): boolean {
      const firstSeq = log.firstOpenSeq;
      if (firstSeq === null) {
        held = null;
        return false;
      }
      if (held?.firstSeq !== firstSeq) {
        held = { firstSeq, sinceMs: nowMs() };
        return false;
      }
      if (nowMs() - held.sinceMs < limits.groupWaitMs) return false;
      log.releaseGroups(firstSeq);
      held = null;
      return true;
    },
  };
}
