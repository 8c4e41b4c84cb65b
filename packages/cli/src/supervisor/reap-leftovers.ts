import { setTimeout as delay } from 'node:timers/promises';
import { type HomePaths, isRunning, type ProcessIdentity } from '@shoal/service-kit';
import { readLeftovers } from './children-record.ts';
import { supervisorLimits } from './supervisor-limits.ts';

/**
 * Ends what an earlier supervisor of this home left running and returns the names: SIGTERM, then SIGKILL after
 * `reapMs`. Touches only processes whose pid, start time and command line fit what is on record.
 */
export async function reapLeftovers(paths: HomePaths): Promise<string[]> {
  const leftovers = readLeftovers(paths);
  await Promise.all(leftovers.map(endProcess));
  return leftovers.map(({ name }) => name);
}

async function endProcess(process: ProcessIdentity): Promise<void> {
  signal(process, 'SIGTERM');
  const deadlineMs = performance.now() + supervisorLimits.reapMs;
  while (isRunning(process)) {
    if (performance.now() > deadlineMs) signal(process, 'SIGKILL');
    await delay(supervisorLimits.readyPollMs);
  }
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    process.kill(identity.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}
