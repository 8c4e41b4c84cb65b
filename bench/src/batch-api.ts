import { tempFolder } from '@shoal/testkit';
import { floorMs } from './floor.ts';
import { openLocalLibrary } from './local-library.ts';
import { pairFigures, runPairs } from './pairs.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';

const rows = 10_000;

/** 10,000 records by the batch API of a library (CHG-6), against the same rows in one file without it. */
export const batchApi: Scenario = {
  name: 'batch-api-10k',
  async run(options) {
    const pairs = await runPairs(options, this.name, {
      measure: writeMs,
      floor: () => floorMs(makeTags(rows), 1),
    });
    return { name: this.name, ...pairFigures(pairs) };
  },
};

async function writeMs(): Promise<number> {
  const folder = await tempFolder('bench');
  const { library } = await openLocalLibrary(folder.path);
  try {
    const writes = tagWrites(makeTags(rows));
    const startedMs = performance.now();
    for (const batch of writes) await library.write(batch);
    return performance.now() - startedMs;
  } finally {
    library.close();
    await folder.remove();
  }
}
