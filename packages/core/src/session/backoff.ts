import { limits } from '../limits.ts';

/** What a delay is drawn from. */
export interface BackoffInput {
  /** Failures in a row, 1 or more. */
  readonly failures: number;
  /** Chance, in [0, 1). */
  readonly random: number;
}

/**
 * How long to wait after a failure, in ms: full jitter over a span that doubles from `backoffBaseMs` up to
 * `backoffCapMs` (REP-4; Brooker, "Exponential Backoff and Jitter", 2015). Always below the cap, without end.
 */
export function backoffMs({ failures, random }: BackoffInput): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, 30);
  return Math.floor(random * Math.min(limits.backoffCapMs, limits.backoffBaseMs * 2 ** doublings));
}
