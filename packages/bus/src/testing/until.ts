import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 10;

/** Waits for a condition; fails with its description when it does not hold within the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(pollMs);
  }
}
