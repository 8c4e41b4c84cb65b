import { describe, expect, test } from 'vitest';
import type { Dot } from '../clock/dot.ts';
import { emptyState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { claimOf, claimsIn, latestEpochOnly, withClaim } from './claims.ts';
import { conflictSides, decidedBy } from './conflicts.ts';
import { ownerOf } from './owner.ts';
import { deviceId, domain, recordRef } from './testing/domain.ts';
import type { HistoryEntry } from './testing/history.ts';
import { apply, inSchema, libraryOf, parkedReason, put, remove, shownField } from './testing/scene.ts';

const hold = recordRef('hold', 1);
const place = recordRef('place', 1);
const [item, other] = [recordRef('item', 1), recordRef('item', 2)];

const claim = (epoch: number, device: number, ms: number, on?: HistoryEntry) =>
  put(hold, { [`claims:"${epoch} ${deviceId(device)}"`]: true }, { device, ms }, on);
const devices = [1, 2, 3].map((index) =>
  put(recordRef('device', index), { name: 'D' }, { device: index, ms: 1 }),
);
const whole = (name: string, more: Readonly<Record<string, Value>> = {}) => ({
  ...{ name, parent: null, place: place.id, content: null, ...more },
});

const first = claim(1, 1, 10);
const placed = put(
  place,
  { device: deviceId(1), hold: hold.id, name: 'disk', root: null },
  { device: 1, ms: 11 },
);
const itemed = put(item, whole('first'), { device: 1, ms: 12 });
const start = [...devices, first, placed, itemed];
const second = claim(2, 2, 20, first);

/** Every order of some entries. */
function orders<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, at) => orders(all.toSpliced(at, 1)).map((others) => [one, ...others]));
}

/** What is shown of the item after the entries arrived on top of `before`, the same in every order. */
function nameInEveryOrder(before: readonly HistoryEntry[], ...entries: readonly HistoryEntry[]) {
  const found = new Set(
    orders(entries).map((order) => {
      const library = libraryOf([...before], ...order.map((entry) => [entry]));
      return JSON.stringify([shownField(library, item, 'name'), parkedReason(library, item)]);
    }),
  );
  expect(found.size).toBe(1);
  return JSON.parse([...found][0]!)[0];
}

describe('a claim', () => {
  test('[MRG-5] counts by its epoch, then by its stamp; in the name of another device, or of no epoch, it is none', () => {
    const state = {
      ...put(hold, {}, { device: 1, ms: 1 }, first).stored.state,
      fields: new Map(
        [
          first,
          claim(2, 3, 21),
          second,
          put(hold, { [`claims:"9 ${deviceId(1)}"`]: true }, { device: 2, ms: 30 }),
        ]
          .concat(
            put(
              hold,
              { 'claims:"0 x"': true, 'claims:7': true, [`claims:"1 ${'-'.repeat(36)}"`]: true },
              { device: 1, ms: 5 },
            ),
          )
          .flatMap(({ stored }) => [...stored.state.fields]),
      ),
    };
    const claims = claimsIn(state, 'claims');
    expect(claims.map(({ epoch, device }) => [epoch, device])).toEqual([
      [2, deviceId(3)],
      [2, deviceId(2)],
      [1, deviceId(1)],
    ]);
    expect(claimsIn(state, 'claims')).toBe(claims);
  });

  test('[MRG-5] takes the epoch after the greatest that it knows', () => {
    const once = withClaim('[]', deviceId(1));
    expect(once).toBe(`["1 ${deviceId(1)}"]`);
    expect(JSON.parse(String(withClaim(once, deviceId(2)))).at(-1)).toBe(`2 ${deviceId(2)}`);
    expect(JSON.parse(String(withClaim('[7,"x"]', deviceId(2)))).at(-1)).toBe(`1 ${deviceId(2)}`);
    expect(withClaim('none', deviceId(1))).toBe(once);
  });

  test('[MRG-5] gives an epoch to what its device makes from then on, and the first one to what it made before', () => {
    const dotOf = (ms: number, device: number) =>
      [...claim(1, device, ms).stored.state.fields.values()][0]![0]!.dot;
    const third = claim(3, 1, 30, second);
    const claims = claimsIn(third.stored.state, 'claims');
    const epochOf = (dot: Dot) => claims[claimOf(claims, dot)]?.epoch;
    expect([5, 12, 29, 30, 40].map((ms) => epochOf(dotOf(ms, 1)))).toEqual([1, 1, 1, 3, 3]);
    expect([5, 40].map((ms) => epochOf(dotOf(ms, 2)))).toEqual([2, 2]);
    expect(epochOf(dotOf(40, 3))).toBeUndefined();
  });

  test('[MRG-5] owns what is owned through it, by the device of the greatest; otherwise the device that is named does', () => {
    const ownerIn = (...entries: readonly HistoryEntry[]) => {
      const library = libraryOf([...entries]);
      return ownerOf(domain, library, domain.require('item'), item.id, itemed.stored.state);
    };
    expect(ownerIn(first, placed)).toMatchObject({ kind: 'claimed', claims: [{ device: deviceId(1) }] });
    expect(ownerIn(second, placed)).toMatchObject({
      claims: [
        { device: deviceId(2), epoch: 2 },
        { device: deviceId(1), epoch: 1 },
      ],
    });
    expect(ownerIn(placed)).toEqual({ kind: 'unknown' });
    expect(ownerIn(inSchema(first, 2), placed)).toEqual({ kind: 'lost' });
    const alone = put(
      place,
      { device: deviceId(1), hold: null, name: 'disk', root: null },
      { device: 1, ms: 11 },
    );
    expect(ownerIn(alone)).toEqual({ kind: 'device', device: deviceId(1) });
  });

  test('[MRG-5] keeps a state as it is where nothing is of another epoch', () => {
    const claims = claimsIn(second.stored.state, 'claims');
    expect(latestEpochOnly(emptyState, claims)).toBe(emptyState);
    expect(latestEpochOnly(itemed.stored.state, claims)).toBe(itemed.stored.state);
    expect(latestEpochOnly(itemed.stored.state, []).fields.size).toBe(0);
  });
});

describe('what changes hands', () => {
  test('[MRG-5] stays as it was until the new owner writes it, in every order', () => {
    const taken = put(item, whole('second'), { device: 2, ms: 21 }, itemed);
    expect(nameInEveryOrder(devices, first, placed, itemed, second)).toBe('first');
    expect(nameInEveryOrder([...devices, placed], first, itemed, second, taken)).toBe('second');
  });

  test('[MRG-5] what the former owner goes on writing counts for less than what the new one wrote, in every order', () => {
    const taken = put(item, whole('second'), { device: 2, ms: 21 }, itemed);
    const late = put(item, { name: 'late' }, { device: 1, ms: 99 }, itemed);
    expect(nameInEveryOrder([...devices, placed], itemed, second, taken, late)).toBe('second');
    const gone = remove(itemed, { device: 1, ms: 99 });
    expect(nameInEveryOrder([...devices, placed], itemed, second, taken, gone)).toBe('second');
    expect(nameInEveryOrder([...devices, placed], itemed, second, late)).toBe('late');
  });

  test('[MRG-5] of two claims of one epoch the later one counts, in every order', () => {
    const third = claim(2, 3, 25, first);
    const byTwo = put(item, whole('two'), { device: 2, ms: 50 }, itemed);
    const byThree = put(item, whole('three'), { device: 3, ms: 26 }, itemed);
    expect(nameInEveryOrder([...devices, placed, itemed], second, third, byTwo, byThree)).toBe('three');
  });

  test('[MRG-5] what is of an epoch that is not known yet waits for the claim', () => {
    const made = put(other, whole('new'), { device: 2, ms: 21 });
    const library = libraryOf(start, [made]);
    expect(parkedReason(library, other)).toBe('refused place');
    apply(library, [second]);
    expect(shownField(library, other, 'name')).toBe('new');
  });

  test('[MRG-5] [MRG-8] the journal tells what the former owner wrote in vain, as long as it is in the state', () => {
    const taken = put(item, whole('second'), { device: 2, ms: 21 }, itemed);
    const late = put(item, { name: 'late', parent: null }, { device: 1, ms: 99 }, itemed);
    const library = libraryOf(start, [second], [taken], [late]);
    const [row, ...more] = library.journal;
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      ref: item,
      conflict: { kind: 'owner-changed', field: null },
      state: { kind: 'open' },
    });
    expect(
      conflictSides(row!.conflict).map((side) => 'value' in side && [side.field, side.value, side.wins]),
    ).toEqual([['name', 'late', false]]);
    expect(decidedBy(domain.require('item'), row!.conflict)).toBe('owner-epoch');
    const merged = { ref: item, stored: library.record(item)! };
    apply(library, [put(item, whole('third'), { device: 2, ms: 120 }, merged)]);
    expect(library.journal.map(({ state }) => state.kind)).toEqual(['settled']);
  });

  test('[MRG-5] [MRG-8] a delete of the former owner is told where the record is there, and not where both deleted it', () => {
    const taken = put(item, whole('second'), { device: 2, ms: 21 }, itemed);
    const gone = remove(itemed, { device: 1, ms: 99 });
    const told = (...entries: readonly HistoryEntry[]) =>
      libraryOf(start, [second], [...entries]).journal.map(({ conflict }) => conflict.kind);
    expect(told(taken, gone)).toEqual(['owner-changed']);
    expect(told(remove(taken, { device: 2, ms: 30 }), gone)).toEqual([]);
    const late = put(item, whole('late'), { device: 1, ms: 99 }, itemed);
    expect(told(remove(taken, { device: 2, ms: 30 }), late)).toEqual(['owner-changed']);
    // A value that says the same is none that is lost.
    expect(told(taken, put(item, { name: 'second' }, { device: 1, ms: 99 }, itemed))).toEqual([]);
  });

  test('[MRG-5] the former owner leads nobody away by what it writes of the record that leads to the owner', () => {
    const elsewhere = recordRef('place', 2);
    const there = put(
      elsewhere,
      { device: deviceId(1), hold: hold.id, name: 'there', root: null },
      { device: 1, ms: 13 },
    );
    const taken = put(item, whole('second'), { device: 2, ms: 21 }, itemed);
    const moved = put(item, { place: elsewhere.id }, { device: 1, ms: 99 }, itemed);
    expect(nameInEveryOrder([...devices, placed, there], itemed, second, taken, moved)).toBe('second');
    expect(nameInEveryOrder([...devices, second, taken], there, placed, moved)).toBe('second');
    const foreign = put(item, { place: recordRef('place', 3).id }, { device: 3, ms: 98 }, itemed);
    expect(nameInEveryOrder([...devices, placed, there], second, taken, moved, foreign)).toBe('second');
  });

  test('[MRG-5] leads to somebody else only by what its owner wrote', () => {
    const own = recordRef('place', 2);
    const away = put(
      own,
      { device: deviceId(1), hold: null, name: 'own', root: null },
      { device: 1, ms: 13 },
    );
    const taken = put(item, whole('second', { place: own.id }), { device: 2, ms: 21 }, itemed);
    const moved = put(item, { place: place.id }, { device: 1, ms: 99 }, itemed);
    const library = libraryOf(start, [away, second, taken, moved]);
    expect(parkedReason(library, item)).toBe('refused place');
  });

  test('[MRG-5] is nobody’s where what told was deleted, or nobody claimed', () => {
    const library = libraryOf(start);
    apply(library, [remove(first, { device: 3, ms: 40 })]);
    expect(parkedReason(library, item)).toBe('refused place');
    expect(parkedReason(library, place)).toBe('refused hold');
  });
});
