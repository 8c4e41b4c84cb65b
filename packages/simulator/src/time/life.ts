import type { Scheduler, Timer } from './scheduler.ts';

/** One life of a process: what it meant to do later dies with it, as memory does. */
export interface Life {
  readonly isAlive: boolean;
  after(delayMs: number, work: () => void): Timer;
  end(): void;
}

/** A life that ends when it is told to, or with the one that it is part of. */
export function createLife(scheduler: Scheduler, parent?: Life): Life {
  let hasEnded = false;
  const life: Life = {
    get isAlive() {
      return !hasEnded && (parent === undefined || parent.isAlive);
    },
    after: (delayMs, work) =>
      scheduler.after(delayMs, () => {
        if (life.isAlive) work();
      }),
    end: () => {
      hasEnded = true;
    },
  };
  return life;
}
