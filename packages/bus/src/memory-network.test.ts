import { memoryNetwork } from './memory-network.ts';
import type { BusBench } from './testing/bus-bench.ts';
import { busContract } from './testing/bus-contract.ts';

busContract('[REP-5] the bus in memory', async (): Promise<BusBench> => {
  const network = memoryNetwork();
  const endpoints: ReturnType<typeof network.connect>[] = [];
  return {
    connect: async (onError) => {
      const endpoint = network.connect(onError === undefined ? {} : { onError });
      endpoints.push(endpoint);
      return endpoint.bus;
    },
    cut: async () => {
      for (const endpoint of endpoints) endpoint.cut();
    },
    heal: async () => {
      for (const endpoint of endpoints) endpoint.heal();
    },
    close: async () => {
      await Promise.all(endpoints.map(({ bus }) => bus.close()));
    },
  };
});
