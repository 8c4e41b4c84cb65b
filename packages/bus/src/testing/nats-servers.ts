import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId } from '@shoal/core';
import { findNatsServer } from '../server/find-nats-server.ts';
import { deviceServerConfig, hubServerConfig, type LeafRemote } from '../server/nats-config.ts';
import { type NatsServerProcess, startNatsServer } from '../server/start-nats-server.ts';

/** A server of a test, on one port for its life, that can be stopped and started. */
export interface TestServer {
  readonly port: number;
  readonly token: string;
  start(): Promise<NatsServerProcess>;
  stop(): Promise<void>;
}

/** Servers in a folder of their own, all ended and removed at the end of the test. */
export interface TestServers {
  readonly folder: string;
  device(options: {
    readonly deviceId?: DeviceId;
    readonly hubs?: readonly LeafRemote[];
  }): Promise<TestServer>;
  /** Its `remote` is what a device needs to join. */
  hub(): Promise<TestServer & { readonly remote: LeafRemote }>;
  close(): Promise<void>;
}

export async function testServers(): Promise<TestServers> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-bus-'));
  const executable = findNatsServer();
  const servers: TestServer[] = [];
  const add = async (port: number, token: string, config: string): Promise<TestServer> => {
    const name = `server-${servers.length}`;
    let running: NatsServerProcess | undefined;
    const server: TestServer = {
      port,
      token,
      start: async () => {
        const own = join(folder, name);
        running = await startNatsServer({
          executable,
          config,
          configPath: join(own, 'nats.conf'),
          logPath: join(own, 'nats.log'),
          portsFolder: own,
        });
        return running;
      },
      stop: async () => {
        await running?.stop();
        running = undefined;
      },
    };
    servers.push(server);
    await server.start();
    return server;
  };
  return {
    folder,
    device: async ({ deviceId = randomUUID() as DeviceId, hubs = [] }) => {
      const [port, token] = [await freePort(), randomBytes(32).toString('hex')];
      return add(port, token, deviceServerConfig({ deviceId, port, token, leafRemotes: hubs }));
    },
    hub: async () => {
      const [clientPort, leafPort] = [await freePort(), await freePort()];
      const user = { user: 'fleet', password: randomBytes(16).toString('hex') };
      const config = hubServerConfig({ clientPort, leafPort, users: [user] });
      const server = await add(clientPort, '', config);
      return { ...server, remote: { url: `nats-leaf://127.0.0.1:${leafPort}`, ...user, libraries: [] } };
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
