import { uuidToBytes } from '@shoal/client';
import { type Fleet, startFleet, tempFolder } from '@shoal/testkit';
import { makeFileTree } from './file-tree.ts';
import { newFleetLibrary } from './fleet-library.ts';
import { pairFigures, runPairs } from './pairs.ts';
import { plainIndexMs } from './plain-index.ts';
import type { Scenario } from './scenario.ts';
import { rounded, summarize } from './statistics.ts';
import { watchRows } from './watch-file.ts';

const files = 10_000;

/** Counting the rows takes a tenth of this; the floor has nobody who counts. */
const pollMs = 20;

/**
 * A tree of 10,000 files, from adding the location until all of it is in library.db: on a device that syncs with
 * another over a hub, against the same indexer that writes bare rows.
 */
export const indexing: Scenario = {
  name: 'indexing',
  async run(options) {
    const tree = await tempFolder('tree');
    const fleet = await startFleet();
    try {
      const entries = await makeFileTree(tree.path, files);
      const onB: number[] = [];
      const pairs = await runPairs(options, this.name, {
        measure: async () => {
          const measured = await indexMs(fleet, tree.path, entries);
          onB.push(measured.applied);
          return measured.indexed;
        },
        floor: () => plainIndexMs(tree.path, entries),
      });
      return {
        name: this.name,
        ...pairFigures(pairs),
        stagesMs: { applied: rounded(summarize(onB.slice(1)).median) },
      };
    } finally {
      await fleet.close();
      await tree.remove();
    }
  },
};

async function indexMs(fleet: Fleet, path: string, entries: number) {
  const { places } = await newFleetLibrary(fleet, fleet.devices);
  const [a, b] = places.map(({ paths }) => watchRows(paths.libraryDb, 'entries', pollMs));
  const gateway = await fleet.devices[0]!.gateway();
  const libraryId = uuidToBytes(places[0]!.libraryId);
  const startedMs = performance.now();
  await gateway.addLocation({ libraryId, path, name: '', ignore: [] });
  const [indexed, applied] = await Promise.all([a!.reached(entries), b!.reached(entries)]);
  a!.close();
  b!.close();
  return { indexed: indexed - startedMs, applied: applied - startedMs };
}
