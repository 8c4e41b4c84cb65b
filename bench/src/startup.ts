import { startFleet } from '@shoal/testkit';
import type { Scenario } from './scenario.ts';
import { rounded, summarize } from './statistics.ts';

/** From `shoal up` on a home with a library until its nats-server and four services are ready. */
export const startup: Scenario = {
  name: 'startup',
  async run({ pairs, note }) {
    const fleet = await startFleet({ count: 1 });
    try {
      const [device] = fleet.devices;
      const measured: number[] = [];
      for (let pair = 1; pair <= pairs; pair++) {
        await device!.stop();
        const startedMs = performance.now();
        await device!.start();
        measured.push(performance.now() - startedMs);
        note(`${this.name} ${pair} of ${pairs}: ${rounded(measured.at(-1)!)} ms`);
      }
      const { median, min, max } = summarize(measured);
      return { name: this.name, ms: rounded(median), msMin: rounded(min), msMax: rounded(max), pairs };
    } finally {
      await fleet.close();
    }
  },
};
