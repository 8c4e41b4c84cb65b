import { setTimeout as delay } from 'node:timers/promises';

const backoffBaseMs = 100;
const backoffCapMs = 2_000;

/** How long to wait after so many failures in a row: full jitter, 2 s at most. */
export function backoffMs(failures: number): number {
  return Math.random() * Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(failures, 10));
}

/** Waits. Throws the reason of the signal if that comes first. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal && { signal }).catch((error: unknown) => {
    throw signal?.aborted === true ? signal.reason : error;
  });
}
