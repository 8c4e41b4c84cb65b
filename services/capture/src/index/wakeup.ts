/** Lets one loop sleep until something happens or time is over. A wake before the sleep is not lost. */
export interface Wakeup {
  wake(): void;
  /** Resolves at the next wake, or after `timeoutMs`. One sleeper at a time. */
  sleep(timeoutMs: number): Promise<void>;
}

/** A wakeup that nobody has woken yet. */
export function createWakeup(): Wakeup {
  let isWoken = false;
  let resume: (() => void) | null = null;
  return {
    wake() {
      isWoken = true;
      resume?.();
    },
    async sleep(timeoutMs) {
      if (!isWoken) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, timeoutMs);
        resume = resolve;
        await promise;
        clearTimeout(timer);
        resume = null;
      }
      isWoken = false;
    },
  };
}
