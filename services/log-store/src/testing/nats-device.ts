import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  deviceServerConfig,
  findNatsServer,
  hubServerConfig,
  type LeafRemote,
  startNatsServer,
} from '@shoal/bus';
import { type Home, initHome, startTimeOf, writeNatsRun } from '@shoal/service-kit';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp-log.ts';

/** A hub of its own; answers how devices join it. One hub carries all libraries. */
export async function startHub(): Promise<LeafRemote> {
  const user = { user: 'leaf', password: randomBytes(16).toString('hex') };
  const leafPort = await freePort();
  await startServer(tempFolder(), hubServerConfig({ clientPort: 0, leafPort, users: [user] }));
  return { url: `nats-leaf://127.0.0.1:${leafPort}`, ...user, libraries: [] };
}

/** A home with its nats-server, which joins the hubs. */
export async function startNatsDevice(name: string, leafRemotes: readonly LeafRemote[] = []): Promise<Home> {
  const home = await initHome({ dir: join(tempFolder(), name), name });
  const { deviceId } = home.config;
  const config = deviceServerConfig({ deviceId, port: 0, token: home.token, leafRemotes });
  const server = await startServer(home.paths.run, config);
  await writeNatsRun(home.paths, {
    pid: server.pid,
    port: server.port,
    startTime: startTimeOf(server.pid)!,
  });
  return home;
}

async function startServer(folder: string, config: string) {
  const server = await startNatsServer({
    executable: await findNatsServer({}),
    config,
    configPath: join(folder, 'nats.conf'),
    logPath: join(folder, 'nats.log'),
    portsFolder: folder,
  });
  onTestFinished(() => server.stop());
  return server;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
