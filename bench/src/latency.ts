import { subjects } from '@shoal/bus';
import { openLibraryReader } from '@shoal/library';
import { models } from '@shoal/models';
import { startFleet, until } from '@shoal/testkit';
import { connectDevice, newFleetLibrary, openEmbedded } from './fleet-library.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { quantile, rounded } from './statistics.ts';

const warmUps = 200;
const samplesPerPair = 200;

/**
 * One record after the other, from its commit on A to visible on B. B's ingest tells its device of each commit; the
 * clock stops when, so told, the bench finds the record on B.
 */
export const latency: Scenario = {
  name: 'latency-1',
  async run({ pairs, note }) {
    const fleet = await startFleet();
    try {
      const [a, b] = fleet.devices;
      const { places } = await newFleetLibrary(fleet, fleet.devices);
      const writer = await openEmbedded(a!, places[0]!);
      const bus = await connectDevice(b!);
      const reader = openLibraryReader(places[1]!.paths.libraryDb, models);
      let look: () => void = () => {};
      bus.subscribe(subjects.local.recordsChanged(b!.home.config.deviceId), () => look());
      await bus.flush();
      const fromCommit: number[] = [];
      const fromCall: number[] = [];
      const tags = makeTags(warmUps + pairs * samplesPerPair);
      for (const [index, tag] of tags.entries()) {
        const shown = Promise.withResolvers<number>();
        look = () => {
          if (reader.get('tag', tag.id) !== undefined) shown.resolve(performance.now());
        };
        const calledMs = performance.now();
        await writer.library.write(tagWrites([tag])[0]!);
        const committedMs = performance.now();
        const shownMs = await Promise.race([
          shown.promise,
          until('visible', () => reader.get('tag', tag.id)).then(() => performance.now()),
        ]);
        if (index < warmUps) continue;
        fromCommit.push(shownMs - committedMs);
        fromCall.push(shownMs - calledMs);
      }
      note(`${this.name}: ${fromCommit.length} records`);
      reader.close();
      await bus.close();
      await writer.close();
      return {
        name: this.name,
        p50Ms: rounded(quantile(fromCommit, 0.5)),
        p99Ms: rounded(quantile(fromCommit, 0.99)),
        fromCallP50Ms: rounded(quantile(fromCall, 0.5)),
        records: fromCommit.length,
      };
    } finally {
      await fleet.close();
    }
  },
};
