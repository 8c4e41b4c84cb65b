import { join } from 'node:path';
import { addLibrary, initHome, newLibraryFile, readHubFile } from '@shoal/service-kit';
import { deviceProcess, type Fleet, startFleet, until } from '@shoal/testkit';
import { type FleetLibrary, newFleetLibrary, openEmbedded } from './fleet-library.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { rounded, summarize } from './statistics.ts';
import { countLog, watchLog, watchRows } from './watch-file.ts';

const rows = 100_000;

/** A fresh device joins a library of 100,000 entries: from joining until all of them are visible on it. */
export const catchUp: Scenario = {
  name: 'catch-up-100k',
  async run({ pairs, note }) {
    const fleet = await startFleet({ count: 1 });
    try {
      const library = await newFleetLibrary(fleet, fleet.devices);
      await fillLog(fleet, library);
      const received: number[] = [];
      const applied: number[] = [];
      for (let pair = 1; pair <= pairs; pair++) {
        const joined = await join100k(fleet, library, `joiner-${pair}`);
        received.push(joined.received);
        applied.push(joined.applied);
        note(`${this.name} ${pair} of ${pairs}: ${rounded(joined.applied)} ms`);
      }
      const { median, min, max } = summarize(applied);
      return {
        name: this.name,
        perSecond: rounded((rows / median) * 1_000),
        perSecondMin: rounded((rows / max) * 1_000),
        perSecondMax: rounded((rows / min) * 1_000),
        stagesMs: { received: rounded(summarize(received).median), applied: rounded(median) },
        pairs,
      };
    } finally {
      await fleet.close();
    }
  },
};

async function fillLog(fleet: Fleet, { places }: FleetLibrary): Promise<void> {
  const writer = await openEmbedded(fleet.devices[0]!, places[0]!);
  for (const batch of tagWrites(makeTags(rows))) await writer.library.write(batch);
  await until('A has stored all', () => countLog(places[0]!.paths.syncDb) > rows, { deadlineMs: 300_000 });
  await writer.close();
}

async function join100k(fleet: Fleet, { places }: FleetLibrary, name: string) {
  const { paths } = await initHome({ dir: join(fleet.folder.path, name), name });
  // A library of its own on the same hub: its link is there when it joins.
  const hub = await readHubFile(join(fleet.folder.path, 'hub', 'hub.json'));
  await addLibrary(paths, newLibraryFile({ name: 'other', hub }));
  const device = await deviceProcess(paths.dir, fleet.ledger);
  await device.start();
  const startedMs = performance.now();
  const place = await addLibrary(paths, places[0]!);
  const open = <T>(watch: () => T) => until('the library is open', watch, { pollMs: 5 });
  const log = await open(() => watchLog(place.paths.syncDb));
  const shown = await open(() => watchRows(place.paths.libraryDb, 'tags'));
  const [received, applied] = await Promise.all([log.reached(rows), shown.reached(rows)]);
  log.close();
  shown.close();
  await device.stop();
  return { received: received - startedMs, applied: applied - startedMs };
}
