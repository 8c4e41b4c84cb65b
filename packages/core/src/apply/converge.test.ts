import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryLibrary, type MemoryLibrary } from './memory-library.ts';
import { planApply } from './plan-apply.ts';
import { delivered } from './testing/delivered.ts';
import { domain } from './testing/domain.ts';
import { changesOf, type HistoryEntry } from './testing/history.ts';
import { recompute, viewIn } from './testing/oracle.ts';

const runs = 100;

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
  expectUnique(library);
}

/** What SQLite would refuse: two rows with one value (MRG-7). */
function expectUnique(library: MemoryLibrary): void {
  const seen = new Set<string>();
  for (const { spec, row } of library.shown.values()) {
    for (const { fields } of spec.uniques) {
      const values = fields.map((field) => row.get(field));
      if (values.includes(null)) continue;
      const key = JSON.stringify([spec.name, fields, values]);
      expect(seen.has(key), key).toBe(false);
      seen.add(key);
    }
  }
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
