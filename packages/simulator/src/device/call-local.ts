import { limits, ShoalError } from '@shoal/core';
import type { Life } from '../time/life.ts';
import type { Surroundings } from './surroundings.ts';

/** A process that answers others of its device, as long as it lives. */
export interface Served {
  readonly life: Life;
}

/**
 * Calls another service of the same device. `failed` hears of a service that is not there at once, of one that died
 * with the request in hand only after the deadline: the work may have been done (REP-4). One of the two is called,
 * once, if the caller still lives.
 */
export function callLocal<P extends Served, T>(
  { scheduler, random }: Pick<Surroundings, 'scheduler' | 'random'>,
  call: {
    readonly caller: Life;
    readonly target: () => P | null;
    readonly work: (target: P) => T;
    readonly done: (reply: T) => void;
    readonly failed: (error: unknown) => void;
  },
): void {
  if (!call.caller.isAlive) return;
  const latencyMs = () => random.below(4);
  scheduler.after(latencyMs(), () => {
    const target = call.target();
    if (target === null) return answer(() => call.failed(new ShoalError('unavailable', 'nobody there')));
    let reply: () => void;
    try {
      const result = call.work(target);
      reply = () => call.done(result);
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code === 'internal') throw error;
      reply = () => call.failed(error);
    }
    scheduler.after(latencyMs(), () => {
      if (target.life.isAlive) answer(reply);
      else
        scheduler.after(limits.requestMs, () =>
          answer(() => call.failed(new ShoalError('deadline-exceeded', 'no answer'))),
        );
    });
  });

  function answer(reply: () => void): void {
    if (call.caller.isAlive) reply();
  }
}
