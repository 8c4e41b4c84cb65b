import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryLibrary, type MemoryLibrary } from './memory-library.ts';
import { planApply } from './plan-apply.ts';
import { domain } from './testing/domain.ts';
import { changesOf, type HistoryEntry, playHistory, type Step, settledStart } from './testing/history.ts';
import { recompute, viewIn } from './testing/oracle.ts';

const runs = 100;
const small = fc.nat({ max: 23 });
const device = fc.nat({ max: 2 });
const model = fc.nat({ max: 7 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      device,
      model,
      record: fc.nat({ max: 5 }),
      choices: fc.array(small, { minLength: 4, maxLength: 4 }),
      isStale: fc.boolean(),
      schemaVersion: fc.oneof(
        { weight: 60, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.constant(2) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      device,
      model,
      record: fc.nat({ max: 5 }),
      isStale: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('sync' as const),
      from: device,
      to: device,
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
);

/** A history with two deliveries of it: any order, any batches, entries twice. */
function delivered(isHonest: boolean): fc.Arbitrary<[HistoryEntry[], HistoryEntry[][], HistoryEntry[][]]> {
  return fc
    .array(step, { maxLength: 40, size: 'max' })
    .map((steps) => playHistory(domain, [...settledStart, ...steps], { isHonest }))
    .chain((entries) => fc.tuple(fc.constant(entries), deliveryOf(entries), deliveryOf(entries)));
}

function deliveryOf(entries: readonly HistoryEntry[]): fc.Arbitrary<HistoryEntry[][]> {
  const all = entries.map((_, index) => index);
  return fc
    .record({
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      again: fc.subarray(all),
      cuts: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 8 }),
    })
    .map(({ order, again, cuts }) =>
      inBatches(
        [...order, ...again].map((index) => entries[index]!),
        cuts,
      ),
    );
}

function inBatches(entries: readonly HistoryEntry[], sizes: readonly number[]): HistoryEntry[][] {
  const batches: HistoryEntry[][] = [];
  for (let from = 0, turn = 0; from < entries.length; turn++) {
    const size = sizes[turn % sizes.length]! + 1;
    batches.push(entries.slice(from, from + size));
    from += size;
  }
  return batches;
}

function statesOf(library: MemoryLibrary) {
  return new Map([...library.records].map(([key, { stored }]) => [key, stored]));
}

/** Applies batch by batch, comparing with the oracle after each. */
function applyAll(batches: readonly HistoryEntry[][], expectView: (library: MemoryLibrary) => void) {
  const library = createMemoryLibrary();
  for (const batch of batches) {
    library.carryOut(planApply(domain, library, changesOf(batch)));
    expectView(library);
  }
  return library;
}

function expectShown(library: MemoryLibrary): void {
  expect(viewIn(library).shown).toEqual(recompute(domain, library.records).shown);
}

function expectShownAndParked(library: MemoryLibrary): void {
  expectShown(library);
  const expected = recompute(domain, library.records).parked;
  const found = viewIn(library).parked;
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, reason] of found) expect([...expected.get(key)!], key).toContain(reason);
}

describe('applying', () => {
  test('[ING-1] [DEP-2] any order, batches and repetition give the same states, view and parked records', () => {
    fc.assert(
      fc.property(delivered(true), ([, one, other]) => {
        const a = applyAll(one, expectShownAndParked);
        const b = applyAll(other, expectShownAndParked);
        expect(statesOf(a)).toEqual(statesOf(b));
      }),
      { numRuns: runs },
    );
  });

  test('[MRG-5] [DEP-2] writes of devices that do not own a record converge too, and records change hands', () => {
    fc.assert(
      fc.property(delivered(false), ([, one, other]) => {
        const a = applyAll(one, expectShown);
        const b = applyAll(other, expectShown);
        expect(statesOf(a)).toEqual(statesOf(b));
      }),
      { numRuns: runs },
    );
  });
});
