import { type EmbeddedLibrary, openShoal } from '@shoal/embed';
import { TagEntity } from '@shoal/models';
import { type Fleet, startFleet } from '@shoal/testkit';
import { newFleetLibrary } from './fleet-library.ts';
import { floorMs } from './floor.ts';
import { makeTags, type TagRow } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { rounded, summarize } from './statistics.ts';
import { watchRows } from './watch-file.ts';

const sizes = [1_000, 10_000] as const;
const singles = 10_000;

/**
 * Records by the calls of an application that has the library of A embedded, until they are visible on B: 1,000 and 10,000
 * by `syncModelsBatch`, each beside its own floor, and 10,000 by awaited `syncModel`, one after the other.
 */
export const calls: Scenario = {
  name: 'calls',
  async run({ pairs, note }) {
    const fleet = await startFleet();
    try {
      const msBySize = new Map<number, number[]>(sizes.map((size) => [size, []]));
      const ratiosBySize = new Map<number, number[]>(sizes.map((size) => [size, []]));
      const perSecond: number[] = [];
      const timesFaster: number[] = [];
      for (let pair = 0; pair <= pairs; pair++) {
        const { places } = await newFleetLibrary(fleet, fleet.devices);
        const library = places[0]!.libraryId;
        const shoal = await openShoal({ home: fleet.devices[0]!.home.paths.dir, library });
        const measured = { fleet, shoal, libraryDb: places[1]!.paths.libraryDb };
        const batchMs = new Map<number, number>();
        for (const size of sizes) {
          const floor = await floorMs(makeTags(size), 2);
          const { shown } = await callsMs(measured, size, (tags) =>
            shoal.syncModelsBatch(tags, 'insert', shoal.fork()),
          );
          batchMs.set(size, shown);
          if (pair === 0) continue;
          msBySize.get(size)!.push(shown);
          ratiosBySize.get(size)!.push(shown / floor);
        }
        const single = await callsMs(measured, singles, async (tags) => {
          for (const tag of tags) await shoal.syncModel(tag, 'insert');
        });
        await shoal.close();
        note(
          `${this.name} ${pair === 0 ? 'warm-up' : `${pair} of ${pairs}`}: ${rounded(batchMs.get(10_000)!)} ms`,
        );
        if (pair === 0) continue;
        perSecond.push(singles / (single.called / 1_000));
        timesFaster.push(single.shown / batchMs.get(10_000)!);
      }
      const medians = (bySize: ReadonlyMap<number, number[]>) =>
        Object.fromEntries(sizes.map((size) => [size, rounded(summarize(bySize.get(size)!).median)]));
      return {
        name: this.name,
        ms: medians(msBySize),
        ratio: medians(ratiosBySize),
        singlesPerSecond: rounded(summarize(perSecond).median),
        timesFaster: rounded(summarize(timesFaster).median),
        pairs,
      };
    } finally {
      await fleet.close();
    }
  },
};

interface Measured {
  readonly fleet: Fleet;
  readonly shoal: EmbeddedLibrary;
  /** Of B. */
  readonly libraryDb: string;
}

type Tag = ReturnType<typeof entityOf>;

/** From the call until it has resolved, and until all that it wrote is visible on B, in ms; the entities are made before. */
async function callsMs(
  { shoal, libraryDb }: Measured,
  size: number,
  call: (tags: readonly Tag[]) => Promise<unknown>,
): Promise<{ readonly called: number; readonly shown: number }> {
  const tags = makeTags(size).map((row) => entityOf(shoal, row));
  const rows = watchRows(libraryDb, 'tags');
  const reached = rows.reached(rows.now() + size);
  const startedMs = performance.now();
  await call(tags);
  const called = performance.now() - startedMs;
  const shown = (await reached) - startedMs;
  rows.close();
  return { called, shown };
}

function entityOf(shoal: EmbeddedLibrary, { id, fields }: TagRow) {
  const field = (name: string) => fields.get(name) as string;
  const properties = {
    uuid: id,
    canonicalName: field('canonical_name'),
    displayName: field('display_name'),
    namespace: field('namespace'),
    searchWeight: Number(fields.get('search_weight')),
    color: field('color'),
  };
  return shoal.fork().create(TagEntity, properties as never, { persist: false });
}
