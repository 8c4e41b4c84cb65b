import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refKey } from '../ids.ts';
import { circles } from './circle.ts';
import type { MemoryLibrary } from './memory-library.ts';
import { standings } from './standing.ts';
import { domain, recordRef } from './testing/domain.ts';
import type { HistoryEntry } from './testing/history.ts';
import { recompute, viewIn } from './testing/oracle.ts';
import { apply, libraryOf, parkedReason, put, remove, shownField } from './testing/scene.ts';

const [a, b, c] = [recordRef('tag', 1), recordRef('tag', 2), recordRef('tag', 3)];
const roots = [a, b, c].map((ref, index) =>
  put(ref, { name: `${index}`, parent: null, creator: null }, { device: 0, ms: index + 1 }),
);
const [rootA, rootB, rootC] = [roots[0]!, roots[1]!, roots[2]!];
const aUnderB = put(a, { parent: b.id }, { device: 1, ms: 10 }, rootA);
const bUnderA = put(b, { parent: a.id }, { device: 2, ms: 11 }, rootB);
const bUnderC = put(b, { parent: c.id }, { device: 2, ms: 12 }, rootB);
const cUnderA = put(c, { parent: a.id }, { device: 0, ms: 13 }, rootC);

function parents(library: MemoryLibrary) {
  return [a, b, c].map((ref) => shownField(library, ref, 'parent'));
}

describe('a circle of concurrent moves', () => {
  test('[DEP-2] is cut at the move with the greatest dot, on every device alike', () => {
    for (const moves of [
      [aUnderB, bUnderA],
      [bUnderA, aUnderB],
    ]) {
      const library = libraryOf(roots, ...moves.map((move) => [move]));
      expect(parents(library)).toEqual([b.id, null, null]);
      expect(library.cutFromCircle(a.model)).toEqual([b]);
    }
  });

  test('[DEP-2] of three is cut once; a move out of it ends the cut', () => {
    const library = libraryOf([...roots, aUnderB, bUnderC, cUnderA]);
    expect(parents(library)).toEqual([b.id, c.id, null]);
    apply(library, [put(a, { parent: null }, { device: 0, ms: 20 }, aUnderB)]);
    expect(parents(library)).toEqual([null, c.id, a.id]);
  });

  test('[DEP-2] the cut moves when a member is moved to the same place again', () => {
    const library = libraryOf([...roots, aUnderB, bUnderA]);
    apply(library, [put(a, { parent: b.id }, { device: 0, ms: 20 }, aUnderB)]);
    expect(parents(library)).toEqual([null, a.id, null]);
  });

  test('[DEP-2] a deleted member ends the circle; what was cut waits for what is gone', () => {
    const library = libraryOf([...roots, aUnderB, bUnderA]);
    apply(library, [remove(aUnderB, { device: 0, ms: 20 })]);
    expect(library.isVisible(a)).toBe(false);
    expect(parkedReason(library, b)).toBe('orphaned parent');
  });

  test('[DEP-2] a record under itself shows null', () => {
    const library = libraryOf([put(a, { parent: a.id, name: 'a', creator: null }, { device: 0, ms: 1 })]);
    expect(parents(library)).toEqual([null, undefined, undefined]);
  });

  test('[DEP-2] what hangs below a circle is not on it', () => {
    const library = libraryOf([...roots, aUnderB, bUnderA, cUnderA]);
    expect(parents(library)).toEqual([b.id, null, a.id]);
    const circleOf = circles(domain, standings(domain, library));
    expect(circleOf(c)).toBeUndefined();
    expect(circleOf(a)).toEqual({ field: 'parent', members: [a, b], cut: b });
    expect(circleOf(b)).toBe(circleOf(a));
    expect(circleOf(recordRef('device', 1))).toBeUndefined();
    expect(circleOf(recordRef('album', 1))).toBeUndefined();
  });
});

describe('any moves on any devices', () => {
  const tags = 5;
  const move = fc.record({
    tag: fc.nat({ max: tags - 1 }),
    under: fc.nat({ max: tags }),
    device: fc.nat({ max: 2 }),
  });

  /** Each move on top of the one before it, or beside it. */
  function playMoves(moves: readonly { tag: number; under: number; device: number; isBeside: boolean }[]) {
    const latest = new Map<string, HistoryEntry>();
    return moves.map(({ tag, under, device, isBeside }, index) => {
      const ref = recordRef('tag', tag);
      const parent = under === tags ? null : recordRef('tag', under).id;
      const on = isBeside ? undefined : latest.get(refKey(ref));
      const entry = put(ref, { parent, name: null, creator: null }, { device, ms: index + 1 }, on);
      latest.set(refKey(ref), entry);
      return entry;
    });
  }

  test('[DEP-2] [ING-1] end in the same tree, whatever the order of arrival', () => {
    const moves = fc
      .array(
        fc.tuple(move, fc.boolean()).map(([step, isBeside]) => ({ ...step, isBeside })),
        { maxLength: 14, size: 'max' },
      )
      .map(playMoves)
      .chain((entries) =>
        fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
      );
    fc.assert(
      fc.property(moves, ([made, shuffled]) => {
        const one = libraryOf(made);
        const other = libraryOf(...shuffled.map((entry) => [entry]));
        expect(viewIn(one)).toEqual(viewIn(other));
        expect(viewIn(one).shown).toEqual(recompute(domain, one.records).shown);
      }),
      { numRuns: 200 },
    );
  });
});
