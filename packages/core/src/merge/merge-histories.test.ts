import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dot } from '../clock/dot.ts';
import { joinStates, mergeState } from '../record/join.ts';
import { emptyState, type RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { covers, type Version } from '../record/version.ts';
import { viewOf } from '../record/view.ts';
import { openSheet, rowSheet, type Sheet, sheet } from './testing/sheet.ts';

/** What somebody wants of a field: in words of people, not of slots. */
type Wish =
  | { readonly kind: 'add' | 'take-out'; readonly element: number }
  | { readonly kind: 'set' | 'unset'; readonly key: number; readonly value: number }
  | { readonly kind: 'count'; readonly by: number }
  | { readonly kind: 'say'; readonly field: 'high' | 'least' | 'most' | 'first'; readonly value: number }
  | { readonly kind: 'speak'; readonly word: number };

type Step =
  | { readonly kind: 'write'; readonly device: number; readonly wish: Wish; readonly isStale: boolean }
  | { readonly kind: 'delete'; readonly device: number }
  | { readonly kind: 'deliver'; readonly to: number; readonly entry: number };

const small = fc.nat({ max: 4 });
const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({ kind: fc.constantFrom('add' as const, 'take-out' as const), element: small }),
  fc.record({ kind: fc.constantFrom('set' as const, 'unset' as const), key: small, value: small }),
  fc.record({ kind: fc.constant('count' as const), by: fc.integer({ min: -3, max: 3 }) }),
  fc.record({
    kind: fc.constant('say' as const),
    field: fc.constantFrom('high' as const, 'least' as const, 'most' as const, 'first' as const),
    value: small,
  }),
  fc.record({ kind: fc.constant('speak' as const), word: small }),
);
const device = fc.nat({ max: 2 });
const write = fc.record({ kind: fc.constant('write' as const), device, wish, isStale: fc.boolean() });
const deliver = fc.record({ kind: fc.constant('deliver' as const), to: device, entry: fc.nat({ max: 40 }) });
const steps = (withDeletes: boolean): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: write },
      { weight: 4, arbitrary: deliver },
      { weight: withDeletes ? 1 : 0, arbitrary: fc.record({ kind: fc.constant('delete' as const), device }) },
    ),
    { maxLength: 40, size: 'max' },
  );

/** A wish that was carried out: its dot, and what its writer had seen. */
interface Done {
  readonly wish: Wish;
  readonly dot: Dot;
  readonly seen: Version;
}

interface Loaded {
  readonly seen: Version;
  readonly row: Readonly<Record<string, Value>>;
}

/** Three devices that begin with one sheet; each writes on what it reads, or on what it read some time ago. */
function play(history: readonly Step[], spec = sheet) {
  const devices = [0, 1, 2].map((index) => openSheet(index, spec));
  const states: RecordState[] = [];
  const done: Done[] = [];
  devices[0]!.write({ name: 'made' });
  states.push(devices[0]!.state());
  for (const other of devices.slice(1)) other.take(states[0]!);
  const loaded: Loaded[] = devices.map(read);
  for (const step of history) {
    if (step.kind === 'deliver') {
      devices[step.to]!.take(states[step.entry % states.length]!);
      continue;
    }
    const at = devices[step.device]!;
    at.wait(step.device * 7);
    if (step.kind === 'delete') {
      at.remove();
    } else {
      const reading = step.isStale ? loaded[step.device]! : read(at);
      if (reading.row.name === undefined) continue; // Nothing to write on.
      loaded[step.device] = read(at);
      const [change] = carryOut(at, step.wish, reading);
      if (change !== undefined) done.push({ wish: step.wish, dot: change.dot, seen: change.seen });
    }
    states.push(at.state());
  }
  return { devices, states, done };
}

function read(at: Sheet): Loaded {
  return { seen: at.state().version, row: at.row() };
}

function carryOut(at: Sheet, wish: Wish, { seen, row }: Loaded) {
  const reading = { seen, shown: { count: row.count!, data: row.data!, labels: row.labels! } };
  try {
    return at.write(fieldsOf(wish, row), reading);
  } catch (error) {
    // What was set first stays; a record that was deleted since it was read is not written by parts.
    expect(error).toMatchObject({ code: expect.stringMatching(/^(already-set|incomplete-record)$/) });
    return [];
  }
}

function fieldsOf(wish: Wish, row: Loaded['row']): Record<string, Value> {
  switch (wish.kind) {
    case 'add':
    case 'take-out': {
      const labels = new Set<number>(JSON.parse(String(row.labels)));
      if (wish.kind === 'add') labels.add(wish.element);
      else labels.delete(wish.element);
      return { labels: JSON.stringify([...labels]) };
    }
    case 'set':
    case 'unset': {
      const data: Record<string, Record<string, number>> = JSON.parse(String(row.data));
      const inner = { ...data[`at ${wish.key % 2}`] };
      if (wish.kind === 'set') inner[`key ${wish.key}`] = wish.value;
      else delete inner[`key ${wish.key}`];
      return { data: JSON.stringify({ ...data, [`at ${wish.key % 2}`]: inner }) };
    }
    case 'count':
      return { count: Number(row.count) + wish.by };
    case 'say':
      return { [wish.field]: wish.value };
    case 'speak':
      return { words: `word ${wish.word}` };
  }
}

/** Histories without deletes, of which every wish counts. */
const plain = steps(false).map((history) => {
  const { states, done } = play(history);
  return { states, done };
});

/** Every device has everything. */
function settle(states: readonly RecordState[]): RecordState {
  return states.reduce(mergeState, emptyState);
}

describe('histories of three devices with fields of every rule', () => {
  test('[MRG-2] [MRG-3] joins are commutative, associative, idempotent, and the three cases equal them', () => {
    const three = steps(true)
      .map((history) => play(history).states)
      .chain((states) => fc.array(fc.constantFrom(...states), { minLength: 3, maxLength: 3 }));
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        expect(joinStates(a!, b!)).toEqual(joinStates(b!, a!));
        expect(joinStates(joinStates(a!, b!), c!)).toEqual(joinStates(a!, joinStates(b!, c!)));
        expect(joinStates(a!, a!)).toEqual(a);
        expect(mergeState(a!, b!)).toEqual(joinStates(a!, b!));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['fields', sheet],
    ['rows', rowSheet],
  ])(
    '[MRG-3] [ING-1] the view by %s and the open conflicts do not depend on the order of arrival',
    (_what, spec) => {
      const played = steps(true).chain((history) => {
        const { states } = play(history, spec);
        const shuffled = fc.shuffledSubarray([...states], { minLength: states.length });
        return fc.tuple(shuffled, shuffled, fc.boolean());
      });
      fc.assert(
        fc.property(played, ([one, other, isOneBatch]) => {
          const [a, b] = [openSheet(3, spec), openSheet(4, spec)];
          for (const state of one) a.take(state);
          if (isOneBatch) b.take(...other, ...one);
          else for (const state of other) b.take(state);
          expect(b.row()).toEqual(a.row());
          expect(b.open()).toEqual(a.open());
        }),
        { numRuns: 60 },
      );
    },
  );

  test('[MRG-3] nothing of a union is lost: an element is there unless all who added it were seen by who took it out', () => {
    fc.assert(
      fc.property(plain, ({ states, done }) => {
        const shown = JSON.parse(String(viewOf(sheet, settle(states)).get('labels')));
        const added = done.filter(({ wish }) => wish.kind === 'add');
        const there = added.filter(
          (add) =>
            !done.some((by) => isTakenOut(add.wish, by.wish) && by !== add && covers(by.seen, add.dot)),
        );
        const expected = new Set(there.map(({ wish }) => wish.kind === 'add' && wish.element));
        expect(new Set(shown)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  test('[MRG-3] nothing of a map is lost: a path has the latest value that nobody who saw it has replaced', () => {
    fc.assert(
      fc.property(plain, ({ states, done }) => {
        const shown = JSON.parse(String(viewOf(sheet, settle(states)).get('data')));
        for (const key of [0, 1, 2, 3, 4]) {
          const writes = done.filter(({ wish }) => 'key' in wish && wish.key === key);
          const left = writes
            .filter(({ wish }) => wish.kind === 'set')
            .filter((set) => !writes.some((by) => by !== set && covers(by.seen, set.dot)))
            .sort((a, b) => (a.dot < b.dot ? 1 : -1));
          const wish = left[0]?.wish;
          const value = shown[`at ${key % 2}`]?.[`key ${key}`];
          expect(value).toBe(wish?.kind === 'set' ? wish.value : undefined);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('[MRG-3] nothing of a counter is lost or counted twice: it is the sum of all differences', () => {
    fc.assert(
      fc.property(plain, ({ states, done }) => {
        const sum = done.reduce((sum, { wish }) => sum + (wish.kind === 'count' ? wish.by : 0), 0);
        expect(viewOf(sheet, settle(states)).get('count')).toBe(sum);
      }),
      { numRuns: 150 },
    );
  });

  test('[MRG-3] a monotone field is on no device ever shown lower than before', () => {
    fc.assert(
      fc.property(steps(false), (history) => {
        const highest = [0, 1, 2].map(() => -1);
        for (let length = 1; length <= history.length; length += 3) {
          for (const [index, at] of play(history.slice(0, length)).devices.entries()) {
            const high = Number(at.shows('high') ?? -1);
            expect(high).toBeGreaterThanOrEqual(highest[index]!);
            highest[index] = high;
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Elements and keys are taken out; an element that is put in again keeps those who added it before. */
function isTakenOut(added: Wish, by: Wish): boolean {
  return added.kind === 'add' && by.kind === 'take-out' && by.element === added.element;
}
