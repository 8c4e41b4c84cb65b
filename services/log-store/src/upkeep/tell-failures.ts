import { asShoalError } from '@shoal/core';
import type { Log } from '@shoal/service-kit';

/** What lasts is told again after this, in ms. */
const againMs = 10 * 60_000;
/** Different failures that are remembered. */
const toldMax = 100;

/** Tells of something that failed: what, and why. */
export type TellFailure = (error: unknown, what: string) => void;

/**
 * Tells of what fails again and again, as on a full disk, when it begins and every ten minutes while it lasts: a line for
 * each try would fill the disk that has no room. A bug is told with its stack.
 */
export function tellFailures(report: Pick<Log, 'error'>, nowMs: () => number): TellFailure {
  const toldMsByReason = new Map<string, number>();
  return (error, what) => {
    const { code, message } = asShoalError(error);
    const reason = `${what}: ${message}`;
    const toldMs = toldMsByReason.get(reason);
    if (toldMs !== undefined && nowMs() - toldMs < againMs) return;
    if (toldMsByReason.size >= toldMax) toldMsByReason.clear();
    toldMsByReason.set(reason, nowMs());
    report.error(code === 'internal' ? { err: error } : { code, reason: message }, what);
  };
}
