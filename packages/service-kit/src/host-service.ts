import { readHome } from './home.ts';
import type { ServiceName } from './home-paths.ts';
import { requirePlace } from './place-file.ts';
import { removeServiceRun, type ServiceAddresses, writeServiceRun } from './run-file.ts';

/** A service under way. */
export interface StartedService extends ServiceAddresses {
  /** Finishes what is in hand, then lets go of everything. */
  stop(): Promise<void>;
}

/** What the `main.ts` of a service exports as `start`: resolves once the service is ready. */
export type StartService = (options: { readonly home: string }) => Promise<StartedService>;

/**
 * Starts a service in this process and says so in `run/SERVICE.json`, which is how others find it; stopping takes
 * that back first, so that nobody is sent to a service that is going. Throws `home-elsewhere` for a home that waits to
 * be told whether it was moved or copied (REP-6).
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
  await writeServiceRun(paths, name, service);
  return {
    grpc: service.grpc,
    http: service.http,
    stop: async () => {
      await removeServiceRun(paths, name);
      await service.stop();
    },
  };
}
