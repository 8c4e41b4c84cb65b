import type { Bus } from './bus.ts';
import { connectNats } from './connect-nats.ts';
import type { BusBench } from './testing/bus-bench.ts';
import { busContract } from './testing/bus-contract.ts';
import { testServers } from './testing/nats-servers.ts';
import { until } from './testing/until.ts';

busContract('[REP-5] the bus over a real nats-server', async (): Promise<BusBench> => {
  const servers = await testServers();
  const server = await servers.device({});
  const buses: Bus[] = [];
  return {
    connect: async (onError) => {
      const bus = await connectNats({
        servers: `127.0.0.1:${server.port}`,
        credentials: { token: server.token },
        inboxPrefix: 'inbox.test',
        name: 'test',
        ...(onError && { onError }),
      });
      buses.push(bus);
      return bus;
    },
    cut: async () => {
      await server.stop();
      await until('all know it', () => buses.every((bus) => !bus.connected));
    },
    heal: async () => {
      await server.start();
      await until('all are connected', () => buses.every((bus) => bus.connected));
    },
    close: async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await servers.close();
    },
  };
});
