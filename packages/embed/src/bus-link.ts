import { setTimeout as delay } from 'node:timers/promises';
import { type Bus, connectNats, subjects } from '@shoal/bus';
import { type Home, readNatsRun } from '@shoal/service-kit';

/**
 * Tells the services of a device, and hears them, for as long as they run: hints alone, so nothing is lost while they do
 * not, and nobody waits for them.
 */
export interface BusLink {
  /** Drops what is said while nobody listens. */
  publish(subject: string, payload: Uint8Array): void;
  isConnected(): boolean;
  close(): Promise<void>;
}

/** How often a nats-server is looked for, also one that came in the place of ours: its port is another. */
const lookMs = 1_000;

/** Opens a link to the services of a home, which need not run yet. `hinted`: something may have changed. */
export function openBusLink(home: Home, hinted: () => void): BusLink {
  const { deviceId } = home.config;
  const abort = new AbortController();
  let link: { readonly bus: Bus; readonly port: number } | undefined;

  async function lookOnce(): Promise<void> {
    const run = await readNatsRun(home.paths);
    if (run === undefined || run.port === link?.port) return;
    await link?.bus.close();
    link = undefined;
    const bus = await connectNats({
      servers: `127.0.0.1:${run.port}`,
      credentials: { token: home.token },
      inboxPrefix: subjects.local.inboxPrefix(deviceId),
      name: 'embedded',
      deadlineMs: lookMs,
    });
    link = { bus, port: run.port };
    bus.subscribe(subjects.local.recordsChanged(deviceId), hinted);
    bus.onConnected(hinted);
    // What was written before is looked at now.
    bus.publish(subjects.local.outboxReady(deviceId), new Uint8Array());
    hinted();
  }

  async function lookForEver(): Promise<void> {
    while (!abort.signal.aborted) {
      // Services that do not run, or not yet, are no failure: the library is written all the same.
      await lookOnce().catch(() => undefined);
      await delay(lookMs, undefined, { signal: abort.signal, ref: false }).catch(() => undefined);
    }
  }

  const looking = lookForEver();
  return {
    publish: (subject, payload) => link?.bus.publish(subject, payload),
    isConnected: () => link?.bus.connected === true,
    async close() {
      abort.abort();
      await looking;
      await link?.bus.close();
    },
  };
}
