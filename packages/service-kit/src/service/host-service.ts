import { setTimeout as delay } from 'node:timers/promises';
import { ShoalError } from '@shoal/core';
import { readHome } from '../home/home.ts';
import type { HomePaths, ServiceName } from '../home/home-paths.ts';
import { requirePlace } from '../home/place-file.ts';
import { removeServiceRun, type ServiceAddresses, writeServiceRun } from '../home/run-file.ts';

/** A service under way. */
export interface StartedService extends ServiceAddresses {
  /** Finishes what is in hand, then lets go of everything. */
  stop(): Promise<void>;
}

/** A supervisor gives a start a minute. */
const sayAttemptsMax = 60;
const sayRetryMs = 500;

/** What the `main.ts` of a service exports as `start`: resolves once the service is ready. */
export type StartService = (options: { readonly home: string }) => Promise<StartedService>;

/**
 * Starts a service in this process and says so in `run/SERVICE.json`, which is how others find it; stopping takes
 * that back first, so that nobody is sent to a service that is going. Throws `home-elsewhere` for a home that waits to
 * be told whether it was moved or copied (REP-6); `disk-full` or `read-only` where it cannot say that it is ready.
 */
export async function hostService(
  name: ServiceName,
  start: StartService,
  options: { readonly home: string },
): Promise<StartedService> {
  const home = await readHome(options.home);
  await requirePlace(home);
  const { paths } = home;
  const service = await start(options);
  try {
    await sayReady(paths, name, service);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    grpc: service.grpc,
    http: service.http,
    stop: async () => {
      await removeServiceRun(paths, name);
      await service.stop();
    },
  };
}

/** A full disk, or one that may only be read, is waited for: a start over and over would help nobody. */
async function sayReady(paths: HomePaths, name: ServiceName, service: ServiceAddresses): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeServiceRun(paths, name, service);
    } catch (error) {
      const mayPass = error instanceof ShoalError && error.retryable;
      if (!mayPass || attempt >= sayAttemptsMax) throw error;
      await delay(sayRetryMs);
    }
  }
}
