import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dependencyOrder, packRank, type RankParts } from './rank.ts';

const parts = fc.record({
  level: fc.nat({ max: 255 }),
  priority: fc.nat({ max: 255 }),
  depth: fc.nat({ max: 65_535 }),
});

const group = fc.array(
  fc.record({
    rank: fc.nat({ max: 4 }),
    isDelete: fc.boolean(),
    record: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  }),
);

function compareParts(a: RankParts, b: RankParts): number {
  return Math.sign(a.level - b.level || a.priority - b.priority || a.depth - b.depth);
}

describe('ranks', () => {
  test('[DEP-1] packed ranks order as their parts: level, then priority, then depth; within 32 bits', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(Math.sign(packRank(a) - packRank(b))).toBe(compareParts(a, b));
        expect(packRank(a)).toBeLessThan(2 ** 32);
      }),
    );
  });

  test('[DEP-1] what passes a bound shares the last place', () => {
    expect(packRank({ level: 999, priority: 999, depth: 99_999 })).toBe(2 ** 32 - 1);
    expect(packRank({ level: -1, priority: -1, depth: -1 })).toBe(0);
  });
});

describe('a group in dependency order', () => {
  test('[DEP-1] keeps every entry once, and the entries of one record in their order', () => {
    fc.assert(
      fc.property(group, (entries) => {
        const ordered = dependencyOrder(entries);
        const ofRecord = (list: typeof entries, record: string) =>
          list.filter((entry) => entry.record === record);
        expect(ordered).toHaveLength(entries.length);
        for (const { record } of entries)
          expect(ofRecord(ordered, record)).toEqual(ofRecord(entries, record));
      }),
    );
  });

  test('[DEP-1] records that end alive come first, parents first; those that end deleted last, children first', () => {
    fc.assert(
      fc.property(group, (entries) => {
        const lastOf = (record: string) => entries.findLast((entry) => entry.record === record)!;
        const places = [...new Set(dependencyOrder(entries).map(({ record }) => record))].map(lastOf);
        const alive = places.filter(({ isDelete }) => !isDelete);
        const deleted = places.filter(({ isDelete }) => isDelete);
        expect(places).toEqual([...alive, ...deleted]);
        expect(alive.map(({ rank }) => rank)).toEqual(alive.map(({ rank }) => rank).sort((a, b) => a - b));
        expect(deleted.map(({ rank }) => rank)).toEqual(
          deleted.map(({ rank }) => rank).sort((a, b) => b - a),
        );
      }),
    );
  });

  test('[DEP-1] a child moved out of a deleted parent is written before the parent goes', () => {
    const ordered = dependencyOrder([
      { record: 'old parent', rank: 1, isDelete: true },
      { record: 'child', rank: 2, isDelete: false },
      { record: 'new parent', rank: 1, isDelete: false },
    ]);
    expect(ordered.map(({ record }) => record)).toEqual(['new parent', 'child', 'old parent']);
  });
});
