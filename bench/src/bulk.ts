import { type Fleet, startFleet } from '@shoal/testkit';
import { newFleetLibrary, openEmbedded } from './fleet-library.ts';
import { floorMs } from './floor.ts';
import { pairFigures, runPairs } from './pairs.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { type Stages, stageFigures } from './stages.ts';
import { watchLog, watchRows } from './watch-file.ts';

const rows = 10_000;

/**
 * 10,000 records from the first write on A, by an application that has the library embedded, until all are visible on
 * B: a hub, two devices of four services and a nats-server each. Each pair in a fresh library.
 */
export const bulk: Scenario = {
  name: 'bulk-10k',
  async run(options) {
    const fleet = await startFleet();
    try {
      const stages: Stages[] = [];
      const pairs = await runPairs(options, this.name, {
        measure: async () => {
          const measured = await bulkStages(fleet, rows);
          stages.push(measured);
          return measured.applied;
        },
        floor: () => floorMs(makeTags(rows), 2),
      });
      return { name: this.name, ...pairFigures(pairs), stagesMs: stageFigures(stages.slice(1)) };
    } finally {
      await fleet.close();
    }
  },
};

export interface BulkOptions {
  /** Writes one transaction, by its number, with whatever has to be around it. */
  readonly around?: <T>(write: () => T, batch: number) => T;
}

/** So many records, written on A in transactions of 1,000, in a library of their own. */
export async function bulkStages(
  fleet: Fleet,
  rows: number,
  { around = (write) => write() }: BulkOptions = {},
): Promise<Stages> {
  const { places } = await newFleetLibrary(fleet, fleet.devices);
  const [a, b] = places.map(({ paths }) => paths);
  const writer = await openEmbedded(fleet.devices[0]!, places[0]!);
  const logA = watchLog(a!.syncDb);
  const logB = watchLog(b!.syncDb);
  const shownB = watchRows(b!.libraryDb, 'tags');
  try {
    const writes = tagWrites(makeTags(rows));
    const before = fleet.devices.length;
    const startedMs = performance.now();
    const reached = Promise.all([
      logA.reached(before + rows),
      logB.reached(before + rows),
      shownB.reached(rows),
    ]);
    for (const [index, batch] of writes.entries()) await around(() => writer.library.write(batch), index);
    const captured = performance.now() - startedMs;
    const [stored, received, applied] = (await reached).map((atMs) => atMs - startedMs);
    return { captured, stored: stored!, received: received!, applied: applied! };
  } finally {
    for (const watched of [logA, logB, shownB]) watched.close();
    await writer.close();
  }
}
