import { limits } from '../limits.ts';

/** What a delay is drawn from. */
export interface BackoffInput {
  /** Failures in a row, 1 or more. */
  readonly failures: number;
  /** Chance, in [0, 1). */
  readonly random: number;
  /** The first span and the greatest, in ms; where not given, those of a request between devices. */
  readonly baseMs?: number;
  readonly capMs?: number;
}

/**
 * How long to wait after a failure, in ms: full jitter over a span that doubles from the base up to
 * the cap (REP-4; Brooker, "Exponential Backoff and Jitter", 2015). Always below the cap, without end.
 */
export function backoffMs(input: BackoffInput): number {
  const { failures, random, baseMs = limits.backoffBaseMs, capMs = limits.backoffCapMs } = input;
  const doublings = Math.min(Math.max(failures, 1) - 1, 30);
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** doublings));
}
