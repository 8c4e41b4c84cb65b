import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, connectNats, subjects } from '@shoal/bus';
import { limits, ShoalError } from '@shoal/core';
import type { Home } from '../home/home.ts';
import type { ServiceName } from '../home/home-paths.ts';
import { type RunningNats, readNatsRun } from '../home/run-file.ts';
import type { Log } from '../log.ts';

/** The two connections of a service: what is said on the one never leaves the device (SEC-2). */
export interface DeviceBuses {
  /** Between the services of this device: `subjects.local`. */
  readonly local: Bus;
  /** Between the devices of its libraries: `subjects.shared`. */
  readonly shared: Bus;
  /** Finishes what is in hand on both. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly service: ServiceName;
  readonly log: Log;
  /** How long the device's nats-server is waited for; `limits.connectMs` where it is not given. */
  readonly deadlineMs?: number;
}

const retryMs = 100;

/** Connects to the device's own nats-server for calls within the device. Errors as `connectDevice`. */
export function connectLocal(home: Home, options: ConnectOptions): Promise<Bus> {
  return connect(home, options, 'local');
}

/**
 * Opens both connections of a service. A service may start before the nats-server: it is waited for. Throws
 * `unavailable` when there is none within the deadline, `unauthenticated` when it is not that of this home. Once
 * connected they reconnect for ever, to the same port.
 */
export async function connectDevice(home: Home, options: ConnectOptions): Promise<DeviceBuses> {
  const local = await connect(home, options, 'local');
  try {
    const shared = await connect(home, options, 'shared');
    return {
      local,
      shared,
      close: async () => {
        await Promise.all([local.close(), shared.close()]);
      },
    };
  } catch (error) {
    await local.close();
    throw error;
  }
}

async function connect(home: Home, options: ConnectOptions, side: 'local' | 'shared'): Promise<Bus> {
  const { service, log, deadlineMs = limits.connectMs } = options;
  const untilMs = performance.now() + deadlineMs;
  const { port } = await findNats(home, untilMs);
  return connectNats({
    servers: `127.0.0.1:${port}`,
    credentials: { token: home.token },
    inboxPrefix: subjects[side].inboxPrefix(home.config.deviceId),
    name: `${service} ${side}`,
    deadlineMs: Math.max(untilMs - performance.now(), retryMs),
    onError: (error, subject) => log.error({ err: error, subject }, 'a handler on the bus failed by a bug'),
  });
}

async function findNats(home: Home, untilMs: number): Promise<RunningNats> {
  for (;;) {
    const nats = await readNatsRun(home.paths);
    if (nats !== undefined) return nats;
    if (performance.now() + retryMs >= untilMs) {
      const message = `no nats-server runs on ${home.paths.dir}: start the device with \`shoal up\``;
      throw new ShoalError('unavailable', message, { field: 'home' });
    }
    await delay(retryMs);
  }
}
