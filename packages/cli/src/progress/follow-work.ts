import { asShoalError, ShoalError } from '@shoal/core';
import { pause } from '../supervisor/pause.ts';
import type { ProgressMeter, Work } from './progress-meter.ts';

export interface FollowWorkOptions {
  /** What is not done yet. */
  readonly read: () => Promise<readonly Work[]>;
  readonly meter: ProgressMeter;
  /** Aborted where somebody does not want to wait any longer. */
  readonly signal: AbortSignal;
  /** Settles when the work is over; where it is not given, that nothing is left says so. */
  readonly over?: Promise<unknown>;
  readonly timeoutMs?: number;
  readonly lookMs?: number;
}

/** One piece of work may end a moment before the next is known of: it is done when nothing is left twice in a row. */
const quietLooks = 2;
/** A look costs the device work: often enough for a bar, seldom enough for a busy device. */
const lookEveryMs = 250;

/**
 * Shows work until none is left. A device that restarts meanwhile is waited for. Throws `interrupted` when aborted, as
 * what goes on without this, `deadline-exceeded` naming what is left, and what `over` rejects with.
 */
export async function followWork(options: FollowWorkOptions): Promise<void> {
  const { read, meter, signal, over, timeoutMs = Number.POSITIVE_INFINITY, lookMs = lookEveryMs } = options;
  const untilMs = performance.now() + timeoutMs;
  let quiet = 0;
  let isFirst = true;
  let isOver = false;
  // How it failed is thrown below, where it is awaited itself.
  const settled = over
    ?.catch(() => undefined)
    .then(() => {
      isOver = true;
    });
  try {
    for (;;) {
      if (isOver) return void (await over);
      const works = await look(read, isFirst);
      isFirst = false;
      quiet = works.length === 0 ? quiet + 1 : 0;
      if (over === undefined && quiet === quietLooks) return;
      if (signal.aborted) throw new ShoalError('interrupted', 'it goes on without this command');
      if (performance.now() > untilMs) {
        const left = works.map(({ what }) => what).join(', ') || 'the last look';
        throw new ShoalError('deadline-exceeded', `not done yet: ${left}`, { field: 'timeout' });
      }
      if (works.length > 0 && !isOver) meter.show(works);
      const resting = pause(lookMs, signal);
      await (settled === undefined ? resting : Promise.race([resting, settled]));
    }
  } finally {
    meter.end();
  }
}

async function look(read: FollowWorkOptions['read'], isFirst: boolean): Promise<readonly Work[]> {
  try {
    return await read();
  } catch (error) {
    if (isFirst || !asShoalError(error).retryable) throw error;
    return [{ what: 'waits for the device' }];
  }
}
