import { deviceServerConfig, findNatsServer, removePortsFiles, requireNatsVersion } from '@shoal/bus';
import { asShoalError, ShoalError } from '@shoal/core';
import {
  type Home,
  lockHome,
  portRefused,
  readHome,
  readServiceRun,
  rememberPlace,
  requirePlace,
  serviceNames,
  writeNatsRun,
} from '@shoal/service-kit';
import type { CliConfig } from '../config.ts';
import { boundLogs } from './bound-logs.ts';
import type { ChildEvent } from './child-spec.ts';
import { recordChildren } from './children-record.ts';
import { cleanUp } from './clean-up.ts';
import { type DeviceLinks, followHubs, linksOf } from './follow-hubs.ts';
import { isFreePort } from './free-port.ts';
import { startInProcess } from './in-process-services.ts';
import { keepRunning } from './keep-running.ts';
import { natsChild, writeNatsConfig } from './nats-child.ts';
import { reapLeftovers } from './reap-leftovers.ts';
import { serviceChild } from './service-child.ts';

/** A device that runs. */
export interface RunningDevice {
  readonly home: Home;
  /** Where its gateway listens now, `127.0.0.1:PORT`. Throws `unavailable` while it restarts. */
  addresses(): Promise<{ readonly grpc: string; readonly http: string }>;
  /** Stops the services, each finishing what it has in hand, then nats-server; gives the home free. */
  stop(): Promise<void>;
}

export interface SuperviseDeviceOptions {
  readonly home: string;
  readonly config: CliConfig;
  /** Runs the services in this process; nats-server is a child in any case. */
  readonly isInProcess?: boolean;
  readonly onEvent: (event: ChildEvent) => void;
}

/**
 * Starts nats-server and the four services of a home, restarts what dies, and resolves when all of them are ready.
 * Throws `home-in-use` while another process runs on the home, `home-elsewhere` until somebody said whether it was moved
 * or copied (REP-6), `not-found` or `invalid-model` for the models module of the home, `missing-dependency` without nats-server or with one that is too old, `port-taken`, or why a service cannot start; then nothing is left
 * running.
 */
export async function superviseDevice(options: SuperviseDeviceOptions): Promise<RunningDevice> {
  const { config } = options;
  const home = await readHome(options.home);
  const { paths } = home;
  // Before anything of it is believed: lock and records of a copy name what runs on the other home.
  await requirePlace(home);
  const executable = findNatsServer({ setting: config.natsServer });
  await requireNatsVersion(executable);
  await requireModels(home);
  const undo = cleanUp();
  try {
    const lock = await lockHome(paths);
    undo.add(() => lock.release());
    await rememberPlace(paths);
    await reapLeftovers(paths);
    const logs = boundLogs(paths.logs);
    undo.add(() => logs.stop());
    await removePortsFiles(paths.run);
    await requireFreePorts(home);
    const children = recordChildren(paths, options.onEvent);

    const links = await linksOf(paths);
    let port = home.config.ports.nats;
    const configOf = (now: DeviceLinks) =>
      deviceServerConfig({ deviceId: home.config.deviceId, port, token: home.token, ...now });
    await writeNatsConfig(paths, configOf(links));
    const spec = natsChild({
      paths,
      executable,
      environment: config.environment,
      onReady: async (nats) => {
        port = nats.port;
        await writeNatsRun(paths, nats);
      },
    });
    const nats = keepRunning(spec, { onEvent: children.onEvent });
    undo.add(() => nats.stop());
    await nats.ready();
    // The services know the port of this start: later starts keep it.
    const first = configOf(links);
    await writeNatsConfig(paths, first);
    const following = followHubs({
      paths,
      known: first,
      configOf,
      onChange: async (changed) => {
        await writeNatsConfig(paths, changed);
        await nats.restart();
      },
      onFailure: (error) => {
        const reason = `new links are not there yet: ${asShoalError(error).message}`;
        children.onEvent({ kind: 'failed', name: 'nats', reason });
      },
    });
    undo.add(() => following.stop());

    if (options.isInProcess === true) {
      const services = await startInProcess(paths.dir);
      undo.add(() => services.stop());
    } else {
      const services = serviceNames.map((name) =>
        keepRunning(serviceChild(name, { paths, environment: config.environment }), {
          onEvent: children.onEvent,
        }),
      );
      undo.add(async () => {
        await Promise.all(services.filter(({ name }) => name !== 'log-store').map((child) => child.stop()));
        // What the others have in hand goes through it.
        await Promise.all(services.map((child) => child.stop()));
      });
      await Promise.all(services.map((child) => child.ready()));
    }
    return { home, addresses: () => readAddresses(home), stop: () => undo.run() };
  } catch (error) {
    await undo.run();
    throw error;
  }
}

/** Said before anything starts: a child could only fail over and over. */
async function requireFreePorts({ config: { ports } }: Home): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    if (port !== 0 && !(await isFreePort('127.0.0.1', port))) throw portRefused(`ports.${name}`, port);
  }
}

/** Said before anything starts, as above; what has no models of its own loads none here. */
async function requireModels({ config: { models } }: Home): Promise<void> {
  if (models === null) return;
  const { readOwnModels } = await import('../ask/own-models.ts');
  await readOwnModels(models);
}

async function readAddresses({ paths }: Home): Promise<{ readonly grpc: string; readonly http: string }> {
  const gateway = await readServiceRun(paths, 'gateway');
  if (gateway?.grpc === undefined || gateway.http === undefined) {
    throw new ShoalError('unavailable', `the gateway of ${paths.dir} does not run at this moment`);
  }
  return { grpc: gateway.grpc, http: gateway.http };
}
