import { ShoalError } from '@shoal/core';
import { backoffMs, pause } from './backoff.ts';

/** A service that restarts is back within a second or two. */
const attemptsMax = 6;

export interface RetryOptions {
  /** Unix milliseconds after which no attempt begins. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a read again while it fails with `unavailable`, with full-jitter backoff, at most six times and never
 * past the deadline. Writes must not go through here: whether a failed one was done is unknown.
 */
export async function retryRead<Reply>(
  attempt: () => Promise<Reply>,
  { deadlineMs, signal }: RetryOptions,
): Promise<Reply> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = backoffMs(failures);
      const isOver = failures >= attemptsMax || Date.now() + waitMs >= deadlineMs;
      if (isOver || !(error instanceof ShoalError) || error.code !== 'unavailable') throw error;
      await pause(waitMs, signal);
    }
  }
}
