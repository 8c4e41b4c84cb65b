import { setTimeout as delay } from 'node:timers/promises';
import { ShoalError } from '@shoal/core';
import { type Home, homeHolder, isRunning, type ProcessIdentity, requirePlace } from '@shoal/service-kit';
import { supervisorLimits } from '../supervisor/supervisor-limits.ts';

/**
 * Asks whatever runs on a home to end, and waits until it has, with all that it started; answers its pid, undefined if
 * nothing runs. Throws `deadline-exceeded` if it takes longer than a stop may, `home-elsewhere` for a copy: the lock in
 * it is of the device that it was copied from.
 */
export async function stopDevice(
  home: Home,
  { stopMs = supervisorLimits.deviceStopMs }: { readonly stopMs?: number } = {},
): Promise<number | undefined> {
  await requirePlace(home);
  const holder = await homeHolder(home.paths);
  if (holder === undefined) return undefined;
  askToEnd(holder);
  const deadlineMs = performance.now() + stopMs;
  while (isRunning(holder)) {
    if (performance.now() > deadlineMs) {
      const message = `process ${holder.pid} was asked to end ${Math.round(stopMs / 1000)} s ago and still runs`;
      throw new ShoalError('deadline-exceeded', message, { field: 'home' });
    }
    await delay(supervisorLimits.readyPollMs);
  }
  return holder.pid;
}

function askToEnd({ pid }: ProcessIdentity): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // ESRCH: it ended by itself in between.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw new ShoalError(
      'unavailable',
      `process ${pid} belongs to somebody else, who has to stop it`,
      {},
      error,
    );
  }
}
