import type { ServiceName } from '../home/home-paths.ts';
import { hostService, type StartedService, type StartService } from './host-service.ts';

/**
 * One service of a home over its life in this process (S1-32).
 *
 *   stopped ──start──► starting ──► running ──stop──► stopping ──► stopped
 *      ▲                  │ failed
 *      └──────────────────┘
 */
export interface ServiceLife {
  readonly name: ServiceName;
  /** Ready, and not told to stop. */
  readonly isRunning: boolean;
  /** Starts it. While it starts or runs this answers the same start; after a stop it begins anew when that is over. */
  start(): Promise<StartedService>;
  /** Finishes what it has in hand. Harmless where nothing runs; waits for a start or a stop under way. */
  stop(): Promise<void>;
}

/** The life of a service that has not begun. A start that fails throws what it throws, and may be tried again. */
export function serviceLife(
  name: ServiceName,
  start: StartService,
  options: { readonly home: string },
): ServiceLife {
  let starting: Promise<StartedService> | undefined;
  let stopping: Promise<void> = Promise.resolve();
  let isRunning = false;

  async function begin(): Promise<StartedService> {
    await stopping;
    const service = await hostService(name, start, options);
    isRunning = true;
    return service;
  }

  return {
    name,
    get isRunning() {
      return isRunning;
    },
    start() {
      if (starting === undefined) {
        const begun = begin();
        starting = begun;
        // Whoever awaits the start is told; the next one begins anew.
        begun.catch(() => {
          if (starting === begun) starting = undefined;
        });
      }
      return starting;
    },
    stop() {
      const begun = starting;
      starting = undefined;
      if (begun === undefined) return stopping;
      isRunning = false;
      stopping = begun.then(
        (service) => {
          isRunning = false;
          return service.stop();
        },
        // What did not start has told whoever started it.
        () => undefined,
      );
      return stopping;
    },
  };
}
