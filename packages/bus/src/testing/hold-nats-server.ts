import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DeviceId } from '@shoal/core';
import { findNatsServer } from '../server/find-nats-server.ts';
import { deviceServerConfig } from '../server/nats-config.ts';
import { startNatsServer } from '../server/start-nats-server.ts';

/** A supervisor for tests, run as a program: starts a server in the folder given, prints its pid, stays. */
const folder = process.argv[2] ?? '';
const server = await startNatsServer({
  executable: findNatsServer(),
  config: deviceServerConfig({
    deviceId: randomUUID() as DeviceId,
    port: 0,
    token: randomBytes(32).toString('hex'),
    leafRemotes: [],
  }),
  configPath: join(folder, 'nats.conf'),
  logPath: join(folder, 'nats.log'),
  portsFolder: folder,
});
process.stdout.write(`${server.pid}\n`);
process.stdout.write(`${await server.ended}\n`);
