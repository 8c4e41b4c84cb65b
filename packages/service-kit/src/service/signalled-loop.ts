import { asShoalError, type ShoalError } from '@shoal/core';
import { openInstruments } from '@shoal/telemetry';
import type { Log } from '../log.ts';

/** A loop that works when it is told to, and by itself now and then. */
export interface SignalledLoop {
  /** There may be something to do: look at once, or once more if work is under way. */
  signal(): void;
  /** Why the latest piece of work failed; null where it did not. */
  failure(): ShoalError | null;
  /** Finishes the work in hand, then ends. Idempotent. */
  stop(): Promise<void>;
}

export interface SignalledLoopOptions {
  /** Does one piece of work; answers whether there is more to do at once. */
  readonly work: () => Promise<boolean>;
  /** What the work is, for the log: `the outbox is shipped`. */
  readonly name: string;
  /** Without a signal the loop looks again after this, in ms; asked before each rest, where it is not always the same. */
  readonly idleMs: number | (() => number);
  /** The first wait after a failure in ms, doubled by each that follows, drawn with full jitter, up to `retryMsMax`. */
  readonly retryMs: number;
  readonly retryMsMax: number;
  /** The library that it works for. */
  readonly library: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Chance, in [0, 1). */
  readonly random?: () => number;
}

/**
 * Starts the loop. A failure is told once per code, tried again for ever with full jitter, and told to be over (REP-4);
 * a signal does not shorten the wait after a failure, or a burst of them would hammer what is down.
 */
export function startSignalledLoop(options: SignalledLoopOptions): SignalledLoop {
  const { work, name, idleMs, retryMs, retryMsMax, log, random = Math.random } = options;
  const { retried } = openInstruments();
  let isSignalled = true;
  let isStopping = false;
  let wake: () => void = () => {};
  let failures = 0;
  let failure: ShoalError | null = null;

  const sleep = (ms: number, isWakeable: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        if (!isWakeable && !isStopping) return;
        clearTimeout(timer);
        resolve();
      };
      if (isStopping || (isWakeable && isSignalled)) wake();
    });

  async function turn(): Promise<void> {
    isSignalled = false;
    try {
      const hasMore = await work();
      if (failures > 0) log.info({ failures }, `${name} again`);
      failures = 0;
      failure = null;
      if (!hasMore) await sleep(typeof idleMs === 'number' ? idleMs : idleMs(), true);
    } catch (error) {
      failures++;
      retried.add(1, { library: options.library, reason: name });
      const before = failure?.code;
      failure = asShoalError(error);
      const { code, message } = failure;
      if (code !== before) log.warn({ code, reason: message }, `not yet: ${name}; trying again`);
      await sleep(random() * Math.min(retryMsMax, retryMs * 2 ** Math.min(failures, 20)), false);
    }
  }

  async function run(): Promise<void> {
    while (!isStopping) await turn();
  }

  const running = run();
  return {
    failure: () => failure,
    signal() {
      isSignalled = true;
      wake();
    },
    async stop() {
      isStopping = true;
      wake();
      await running;
    },
  };
}
