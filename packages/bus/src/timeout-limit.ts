import { limits, ShoalError } from '@shoal/core';

/** Throws `invalid-argument` for a deadline that nobody can keep; timers take those beyond 2^31 ms for none at all. */
export function checkTimeout(timeoutMs: number): void {
  if (timeoutMs > 0 && timeoutMs <= limits.requestMsMax) return;
  throw new ShoalError(
    'invalid-argument',
    `"timeoutMs": expected more than 0 and at most ${limits.requestMsMax} ms, found ${timeoutMs}`,
    { field: 'timeoutMs' },
  );
}
