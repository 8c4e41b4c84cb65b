import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LogId, limits, parseVersion } from '@shoal/core';
import type { Library, LocalWrite, WrittenRecord } from '@shoal/library';
import { tempFolder } from '@shoal/testkit';
import { openLocalLibrary } from './local-library.ts';
import { pairFigures, runPairs } from './pairs.ts';
import { makeTags, tagWrites } from './rows.ts';
import type { Scenario } from './scenario.ts';

const [few, many] = [10_000, 200_000];
/** Written, and applied, at a time: little beside what is there. */
const rows = 1_000;

/**
 * What a record costs where 200,000 are there already, against where 10,000 are: captured on one device and applied on
 * another, each a library in this process. New records, and, beside them, changes all over what is there: these touch
 * a page of the file each where there are many, and share pages where there are few.
 */
export const growth: Scenario = {
  name: 'growth',
  async run(options) {
    const folder = await tempFolder('growth');
    try {
      const [small, big] = [await openPair(`${folder.path}/few`), await openPair(`${folder.path}/many`)];
      await fill(small, few, options.note);
      await fill(big, many, options.note);
      const compare = async (what: string, measure: (pair: GrowingPair) => Promise<number>) =>
        pairFigures(
          await runPairs(options, `${this.name}, ${what}`, {
            measure: () => measure(big),
            floor: () => measure(small),
          }),
        );
      const capture = await compare('new captured', (pair) => captureMs(pair, newOnes()));
      const apply = await compare('new applied', (pair) => applyMs(pair, newOnes()));
      const changedCapture = await compare('changes captured', (pair) => captureMs(pair, changes(pair)));
      const changedApply = await compare('changes applied', (pair) => applyMs(pair, changes(pair)));
      for (const { from, to } of [small, big]) for (const library of [from, to]) library.close();
      const ratios = { captureRatio: capture.ratio, applyRatio: apply.ratio };
      const changed = { changedCaptureRatio: changedCapture.ratio, changedApplyRatio: changedApply.ratio };
      return { name: this.name, ...ratios, ...changed, capture, apply, changedCapture, changedApply };
    } finally {
      await folder.remove();
    }
  },
};

/** Two devices without services, and what was written on the first. */
interface GrowingPair {
  readonly from: Library;
  readonly to: Library;
  readonly written: WrittenRecord[];
  seq: number;
}

async function openPair(folder: string): Promise<GrowingPair> {
  const places = [join(folder, 'from'), join(folder, 'to')] as const;
  for (const place of places) mkdirSync(place, { recursive: true });
  const { library: from, options } = await openLocalLibrary(places[0]);
  const { library: to } = await openLocalLibrary(places[1], options);
  return { from, to, written: [], seq: 0 };
}

async function fill(pair: GrowingPair, count: number, note: (line: string) => void): Promise<void> {
  for (const writes of tagWrites(makeTags(count))) {
    pair.written.push(...(await pair.from.write(writes)));
    await ship(pair);
  }
  note(`growth: ${count} rows are there`);
}

async function captureMs(pair: GrowingPair, writes: readonly LocalWrite[]): Promise<number> {
  const startedMs = performance.now();
  await pair.from.write(writes);
  const ms = performance.now() - startedMs;
  await ship(pair);
  return ms;
}

async function applyMs(pair: GrowingPair, writes: readonly LocalWrite[]): Promise<number> {
  await pair.from.write(writes);
  return ship(pair);
}

function newOnes(): LocalWrite[] {
  return tagWrites(makeTags(rows))[0]!;
}

/** Changes all over what was there at first, each record once. */
function changes({ from, written }: GrowingPair): LocalWrite[] {
  const step = Math.floor(written.length / rows);
  return Array.from({ length: rows }, (_, index): LocalWrite => {
    const { ref } = written[index * step + Math.floor(Math.random() * step)]!;
    const fields = new Map([['color', `#${String(Math.random()).slice(2, 8)}`]]);
    return { kind: 'put', ref, fields, seen: parseVersion(from.store.records.version(ref)!) };
  });
}

/** Applies on the second what waits on the first; in ms, without what the log does between. */
async function ship(pair: GrowingPair): Promise<number> {
  const { from, to } = pair;
  const { rows: shipped, entries } = from.readOutbox(limits.batchEntriesMax);
  await from.clearOutbox(shipped);
  const sequenced = entries.map((entry, index) => ({ seq: pair.seq + 1 + index, entry }));
  pair.seq += entries.length;
  const cursor = { logId: 'bench' as LogId, appliedSeq: pair.seq, appliedEntries: pair.seq };
  const startedMs = performance.now();
  await to.apply(sequenced, cursor);
  return performance.now() - startedMs;
}
