import { randomUUID } from 'node:crypto';
import type { DeviceId, LibraryId } from '@shoal/core';
import { expect, test } from 'vitest';
import { connectNats } from './connect-nats.ts';
import { subjects } from './subjects.ts';
import { testServers } from './testing/nats-servers.ts';
import { until } from './testing/until.ts';

/**
 * The hazard: two devices that share two hubs stand in a circle, and nats-server finds no loop in it: one message
 * went round thousands of times a second, for ever. A hint that is heard again after a later one has gone round.
 */
test('[REP-3] a message of a library is heard once by devices that share two hubs', async () => {
  const servers = await testServers();
  const libraries = [randomUUID() as LibraryId, randomUUID() as LibraryId] as const;
  try {
    const hubs = [await servers.hub(), await servers.hub()] as const;
    const remotes = hubs.map(({ remote }, index) => ({ ...remote, libraries: [libraries[index]!] }));
    const heard = new Map<string, number>();
    const hear = (key: string) => heard.set(key, (heard.get(key) ?? 0) + 1);
    const join = async (deviceId: DeviceId) => {
      const { port, token } = await servers.device({ deviceId, hubs: remotes });
      const bus = await connectNats({
        servers: `127.0.0.1:${port}`,
        credentials: { token },
        inboxPrefix: subjects.shared.inboxPrefix(deviceId),
        name: 'test',
      });
      for (const library of libraries) {
        bus.subscribe(subjects.shared.anyLive(library), ({ subject, payload }) =>
          hear(`${deviceId} ${subject} ${payload[0]}`),
        );
      }
      return bus;
    };
    const [a, b] = [randomUUID() as DeviceId, randomUUID() as DeviceId];
    const buses = [await join(a), await join(b)] as const;
    for (const library of libraries) {
      const subject = subjects.shared.live(library, a);
      const copies = (mark: number) => heard.get(`${b} ${subject} ${mark}`) ?? 0;
      await until('both links are up', () => {
        buses[0].publish(subject, Uint8Array.of(0));
        return copies(0) > 0;
      });
      for (let mark = 1; mark <= 50; mark++) {
        buses[0].publish(subject, Uint8Array.of(mark));
        await until('it is heard', () => copies(mark) > 0);
      }
      expect(copies(1)).toBe(1);
      expect(heard.get(`${a} ${subject} 1`)).toBe(1);
    }
    await Promise.all(buses.map((bus) => bus.close()));
  } finally {
    await servers.close();
  }
});
