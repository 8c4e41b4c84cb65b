import { supervisorLimits } from './supervisor-limits.ts';

/**
 * How long to wait before a restart, in milliseconds, after `failures` ends in a row (1 or more): the first comes
 * almost at once, later ones after a random part (full jitter, `random` in [0, 1)) of a doubling time with a cap.
 */
export function restartDelayMs(failures: number, random: number): number {
  const { restartFirstMs, restartCapMs } = supervisorLimits;
  if (failures <= 1) return restartFirstMs;
  return Math.floor(random * Math.min(restartCapMs, restartFirstMs * 2 ** failures));
}
