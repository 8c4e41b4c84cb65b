import { startFleet } from '@shoal/testkit';
import { newFleetLibrary, openEmbedded } from './fleet-library.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { quantile, rounded } from './statistics.ts';
import { watchPeer } from './watch-peer.ts';

const peers = 10;
const warmUps = 20;
const samplesPerPair = 40;

/**
 * One record after the other, from its commit on A until it is applied on each of ten other devices: the last of them
 * counts. Eleven devices with a nats-server each, their services in one process each, and a hub: all on this machine.
 */
export const tenPeers: Scenario = {
  name: 'ten-peers',
  async run({ pairs, note }) {
    const fleet = await startFleet({ count: peers + 1, isInProcess: true });
    try {
      const [a, ...others] = fleet.devices;
      const { places } = await newFleetLibrary(fleet, fleet.devices);
      const writer = await openEmbedded(a!, places[0]!);
      const watchers = await Promise.all(
        others.map((device, index) => watchPeer(device, places[index + 1]!)),
      );
      const firstMs: number[] = [];
      const lastMs: number[] = [];
      for (const [index, tag] of makeTags(warmUps + pairs * samplesPerPair).entries()) {
        const shown = watchers.map((watcher) => watcher.shown(tag.id));
        await writer.library.write(tagWrites([tag])[0]!);
        const committedMs = performance.now();
        const atMs = await Promise.all(shown);
        if (index < warmUps) continue;
        firstMs.push(Math.min(...atMs) - committedMs);
        lastMs.push(Math.max(...atMs) - committedMs);
      }
      note(`${this.name}: ${lastMs.length} records on ${peers} devices each`);
      await Promise.all(watchers.map((watcher) => watcher.close()));
      await writer.close();
      return {
        name: this.name,
        p50Ms: rounded(quantile(lastMs, 0.5)),
        p95Ms: rounded(quantile(lastMs, 0.95)),
        firstP50Ms: rounded(quantile(firstMs, 0.5)),
        records: lastMs.length,
      };
    } finally {
      await fleet.close();
    }
  },
};
