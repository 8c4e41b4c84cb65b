import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dot } from '../clock/dot.ts';
import { joinCase, joinStates, mergeState } from './join.ts';
import { dotsOf, emptyState, type RecordState } from './state.ts';
import { dotAt, leaf, type Played, playRecord, type Step, type Written } from './testing/replicas.ts';
import { covers, type Version, versionOf } from './version.ts';
import { deleteState, putState } from './write.ts';

const replica = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      replica,
      fields: fc.subarray(['a', 'b', 'c'] as const).map((fields) => [...fields]),
      isStale: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), replica, isStale: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), to: replica, entry: fc.nat({ max: 30 }) }),
  },
);
const history = fc.array(step, { maxLength: 25, size: 'max' }).map(playRecord);

/** A history with some of the states in it. */
function reached(count: number): fc.Arbitrary<RecordState[]> {
  return history
    .filter(({ states }) => states.length > 0)
    .chain(({ states }) => fc.array(fc.constantFrom(...states), { minLength: count, maxLength: count }));
}

/** What MRG-1 says of all writes together: a dot stays unless a write that had seen it replaced it. */
function byDefinition({ written }: Played): RecordState {
  const isReplaced = (dot: Dot, by: (write: Written) => boolean) =>
    written.some((write) => covers(write.seen, dot) && by(write));
  const fields = new Map(
    ['a', 'b', 'c'].flatMap((name) => {
      const siblings = written
        .filter(({ fields }) => fields?.includes(name))
        .filter(({ dot }) => !isReplaced(dot, ({ fields }) => fields === undefined || fields.includes(name)))
        .map(({ dot }) => ({ dot, value: `${name} ${dot}` }));
      siblings.sort((a, b) => (a.dot < b.dot ? 1 : -1));
      return siblings.length > 0 ? [[name, siblings] as const] : [];
    }),
  );
  const deletes = written
    .filter(({ fields, dot }) => fields === undefined && !isReplaced(dot, () => true))
    .map(({ dot }) => dot);
  return { version: versionOf(written.map(({ dot }) => dot)), fields, deletes: deletes.sort().reverse() };
}

describe('joining states', () => {
  test('[MRG-2] the join is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(reached(3), ([a, b, c]) => {
        expect(joinStates(a!, b!)).toEqual(joinStates(b!, a!));
        expect(joinStates(joinStates(a!, b!), c!)).toEqual(joinStates(a!, joinStates(b!, c!)));
        expect(joinStates(a!, a!)).toEqual(a);
        expect(joinStates(a!, emptyState)).toEqual(a);
      }),
    );
  });

  test('[MRG-2] the three cases told from versions equal the full join', () => {
    fc.assert(
      fc.property(reached(2), ([a, b]) => {
        expect(mergeState(a!, b!)).toEqual(joinStates(a!, b!));
      }),
      { numRuns: 300 },
    );
  });

  test('[MRG-2] the version covers every dot of the state', () => {
    fc.assert(
      fc.property(reached(2), ([a, b]) => {
        const joined = joinStates(a!, b!);
        for (const dot of dotsOf(joined)) expect(covers(joined.version, dot)).toBe(true);
      }),
    );
  });

  test('[MRG-1] joined in any order, what stays is what nobody who saw it has replaced', () => {
    const shuffled = history.chain((played) =>
      fc.tuple(
        fc.constant(played),
        fc.shuffledSubarray([...played.states], { minLength: played.states.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([played, states]) => {
        expect(states.reduce(mergeState, emptyState)).toEqual(byDefinition(played));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the three cases', () => {
  const first = put(emptyState, 0, 1, { a: 'one' });

  test('[MRG-2] what is included is skipped, what includes is taken, what is concurrent is joined', () => {
    const later = put(first, 1, 2, { a: 'two' });
    const other = put(first, 2, 3, { a: 'three' });
    expect(joinCase(first.version, first.version)).toBe('skip');
    expect(joinCase(later.version, first.version)).toBe('skip');
    expect(joinCase(first.version, later.version)).toBe('take');
    expect(joinCase(later.version, other.version)).toBe('join');
    expect(mergeState(first, later)).toBe(later);
    expect(mergeState(later, first)).toBe(later);
  });

  test('[MRG-1] concurrent writes of different fields both stand; of one field they are siblings', () => {
    const a = put(first, 1, 2, { a: 'from 1', b: 'only 1' });
    const b = put(first, 2, 3, { a: 'from 2' });
    const joined = mergeState(a, b);
    expect(joined.fields.get('a')?.map(({ value }) => value)).toEqual(['from 2', 'from 1']);
    expect(joined.fields.get('b')?.map(({ value }) => value)).toEqual(['only 1']);
    expect(put(joined, 0, 4, { a: 'settled' }).fields.get('a')).toHaveLength(1);
  });

  test('[MRG-4] a delete hides what was concurrent and keeps it beside the tombstone', () => {
    const deleted = deleteState(first, { dot: dotAt(1, 2), seen: first.version });
    const edited = put(first, 2, 3, { a: 'edited' });
    const joined = mergeState(deleted, edited);
    expect(joined.deletes).toEqual([dotAt(1, 2)]);
    expect(joined.fields.get('a')?.map(({ value }) => value)).toEqual(['edited']);
    expect(mergeState(edited, deleted)).toEqual(joined);
  });
});

function put(
  state: RecordState,
  replica: number,
  ms: number,
  fields: Record<string, string>,
  seen: Version = state.version,
): RecordState {
  return putState(leaf, state, { dot: dotAt(replica, ms), seen, fields: new Map(Object.entries(fields)) });
}
