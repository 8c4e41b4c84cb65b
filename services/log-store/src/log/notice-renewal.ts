import type { SyncLog } from './sync-log.ts';

/**
 * Runs what may find out that the log went back, or that entries of it are damaged, and tells why if it took a new id
 * (REP-6, LOG-1); also when `work` throws.
 */
export function noticeRenewal<T>(
  log: Pick<SyncLog, 'logId' | 'holes'>,
  onRenewed: (reason: string) => void,
  work: () => T,
): T {
  const { logId, holes } = log;
  try {
    return work();
  } finally {
    if (log.logId !== logId) {
      onRenewed(log.holes > holes ? 'entries of it are damaged' : 'more of it was seen than it has');
    }
  }
}
