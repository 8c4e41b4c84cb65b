import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findNatsServer, hubServerConfig, removePortsFiles, requireNatsVersion } from '@shoal/bus';
import { ShoalError } from '@shoal/core';
import { type Hub, homePaths, lockHome, makeFolder, readHubFile, writeHubFile } from '@shoal/service-kit';
import type { CliConfig } from '../config.ts';
import { boundLogs } from './bound-logs.ts';
import type { ChildEvent } from './child-spec.ts';
import { recordChildren } from './children-record.ts';
import { cleanUp } from './clean-up.ts';
import { freePort, isFreePort } from './free-port.ts';
import { keepRunning } from './keep-running.ts';
import { natsChild, writeNatsConfig } from './nats-child.ts';
import { reapLeftovers } from './reap-leftovers.ts';

/** A hub that runs. */
export interface RunningHub {
  readonly hub: Hub;
  /** The file that devices get to know the hub by. */
  readonly file: string;
  stop(): Promise<void>;
}

export interface SuperviseHubOptions {
  readonly dir: string;
  /** Where leaves join, on the loopback; the address of the last start, or a free port, where it is not given. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly config: CliConfig;
  readonly onEvent: (event: ChildEvent) => void;
}

const loopback = '127.0.0.1';

/**
 * Starts the nats-server of a hub, restarts it when it dies, and writes `hub.json` (0600). User and password are made
 * at the first start and stay. Throws `home-in-use`, `missing-dependency`, `port-taken`.
 */
export async function superviseHub(options: SuperviseHubOptions): Promise<RunningHub> {
  const { config } = options;
  const paths = homePaths(options.dir);
  const file = join(paths.dir, 'hub.json');
  const executable = findNatsServer({ setting: config.natsServer });
  await requireNatsVersion(executable);
  const undo = cleanUp();
  try {
    for (const folder of [paths.dir, paths.run, paths.logs]) await makeFolder(folder);
    const lock = await lockHome(paths);
    undo.add(() => lock.release());
    await reapLeftovers(paths);
    const logs = boundLogs(paths.logs);
    undo.add(() => logs.stop());
    await removePortsFiles(paths.run);
    const children = recordChildren(paths, options.onEvent);
    const spec = natsChild({
      paths,
      executable,
      environment: config.environment,
      onReady: async () => undefined,
    });
    const start = async (): Promise<Hub> => {
      const hub = await chooseHub(file, options.listen);
      await writeNatsConfig(paths, configOf(hub));
      const nats = keepRunning(spec, { onEvent: children.onEvent });
      undo.add(() => nats.stop());
      try {
        await nats.ready();
        return hub;
      } catch (error) {
        await nats.stop();
        throw error;
      }
    };
    const hub = await start().catch((error: unknown) => {
      // Somebody took the port that was free a moment ago; unless a person named it, another one does.
      if (!(error instanceof ShoalError && error.code === 'port-taken')) throw error;
      return start();
    });
    await writeHubFile(file, hub);
    return { hub, file, stop: () => undo.run() };
  } catch (error) {
    await undo.run();
    throw error;
  }
}

function configOf({ url, user, password }: Hub): string {
  const { hostname, port } = new URL(url);
  return hubServerConfig({
    clientPort: 0,
    leafPort: Number(port),
    leafHost: hostname,
    users: [{ user, password }],
  });
}

async function chooseHub(file: string, listen: SuperviseHubOptions['listen']): Promise<Hub> {
  const earlier = await readEarlier(file);
  const { user, password } = earlier ?? { user: 'leaf', password: randomBytes(24).toString('hex') };
  const host = listen?.host ?? loopback;
  const wanted = listen?.port ?? 0;
  if (wanted !== 0) {
    if (await isFreePort(host, wanted)) return { url: `nats-leaf://${host}:${wanted}`, user, password };
    const message = `port ${wanted} of ${host} is taken by another program: end it, or give --listen another port`;
    throw new ShoalError('port-taken', message, { field: 'listen' });
  }
  // Devices know the address of the last start.
  const port = earlier === undefined ? 0 : Number(new URL(earlier.url).port);
  if (earlier !== undefined && listen === undefined && (await isFreePort(host, port))) return earlier;
  return { url: `nats-leaf://${host}:${await freePort(host)}`, user, password };
}

async function readEarlier(file: string): Promise<Hub | undefined> {
  try {
    return await readHubFile(file);
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'not-found') return undefined;
    throw error;
  }
}
