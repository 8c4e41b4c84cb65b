import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** In milliseconds; generous, since it is met only by a failing test. */
  readonly deadlineMs?: number;
  readonly pollMs?: number;
}

/**
 * Waits for a condition: asks until it gives something other than undefined, false or null, and returns that. What the
 * condition throws counts as not yet. Fails after the deadline with `what`, and the last error if there was one.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  { deadlineMs = 30_000, pollMs = 25 }: UntilOptions = {},
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await condition();
      if (found !== undefined && found !== false && found !== null) return found;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > endMs) {
      const reason = lastError instanceof Error ? ` (${lastError.message})` : '';
      throw new Error(`not within ${deadlineMs} ms: ${what}${reason}`, { cause: lastError });
    }
    await delay(pollMs);
  }
}
