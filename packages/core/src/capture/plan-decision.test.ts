import { describe, expect, test } from 'vitest';
import { type Conflict, conflictSides, conflictsIn } from '../apply/conflicts.ts';
import { createMemoryLibrary } from '../apply/memory-library.ts';
import type { Owner } from '../apply/owner.ts';
import { deviceId, domainSpecs, model, reference, text, uuid } from '../apply/testing/domain.ts';
import { makeDot } from '../clock/dot.ts';
import { formatHlc } from '../clock/hlc.ts';
import { lifeId, type RecordRef, type ReplicaId } from '../ids.ts';
import { createRegistry } from '../model/registry.ts';
import type { ModelSpec, ValueField } from '../model/spec.ts';
import { mergeState } from '../record/join.ts';
import { emptyState, type RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { versionOf } from '../record/version.ts';
import { isAlive, viewOf } from '../record/view.ts';
import type { Decision, Undecided } from './decision.ts';
import { draftWrites } from './draft-writes.ts';
import { planDecision } from './plan-decision.ts';
import type { RecordWrite } from './record-write.ts';

const number = (name: string, merge: 'monotone' | 'counter'): ValueField => ({
  ...{ kind: 'integer', name, nullable: false, default: 0, merge },
});
const json = (name: string, merge: 'map' | 'union'): ValueField => ({
  ...{ kind: 'json', name, nullable: false, default: merge === 'map' ? '{}' : '[]', merge },
});
const sheet = model('sheet', { kind: 'shared' }, [
  { ...text('first'), merge: 'first' },
  number('grows', 'monotone'),
  number('count', 'counter'),
  json('map', 'map'),
  json('set', 'union'),
  { ...text('title'), nullable: false, default: '', required: true },
]);
const line = model('line', { kind: 'shared' }, [text('a'), text('b'), { ...text('once'), merge: 'first' }], {
  granularity: 'row',
  deletes: 'edit-wins',
});
const leaf = model('leaf', { kind: 'shared' }, [
  reference('sheet', 'sheet', 'wait', false),
  reference('tag', 'tag', 'wait'),
  text('words'),
]);
const registry = createRegistry([...domainSpecs, sheet, line, leaf]);

const shared: Owner = { kind: 'shared' };
const met = (spec: ModelSpec, state: RecordState, owner = shared) => conflictsIn(spec, state, () => owner);

type Fields = Readonly<Record<string, Value>>;
const device = registry.require('device');
/** Of each model there is one record. */
const ref = (name: string): RecordRef =>
  ({ model: name, id: name === 'device' ? deviceId(1) : uuid(50, 1) }) as unknown as RecordRef;

/** What a device makes of a state by writes that have seen all of it. */
function written(
  state: RecordState,
  device: number,
  ms: number,
  ...writes: readonly RecordWrite[]
): RecordState {
  const library = createMemoryLibrary();
  const target = writes[0]!.ref;
  const scope = {
    registry,
    reader: {
      ...library,
      record: () => (state === emptyState ? undefined : { state, schemaVersion: 1 }),
    },
    nulledFields: () => [],
    schemas: new Map(),
    device: deviceId(device),
    replica: lifeId<ReplicaId>(deviceId(device), '0'.repeat(16)),
    clock: { ms, counter: 0 },
    wallMs: () => ms,
  };
  return draftWrites(scope, writes).get(target)?.stored.state ?? state;
}

function put(state: RecordState, name: string, fields: Fields, device: number, ms: number): RecordState {
  const write = {
    kind: 'put',
    ref: ref(name),
    fields: new Map(Object.entries(fields)),
    seen: state.version,
  } as const;
  return written(state, device, ms, write);
}

function removed(state: RecordState, name: string, device: number, ms: number): RecordState {
  return written(state, device, ms, { kind: 'delete', ref: ref(name), seen: state.version });
}

/** Device 1 makes a record; 1 and 2 go on without knowledge of each other, 2 later. */
function meet(name: string, base: Fields, left: Fields | 'deletes', right: Fields | 'deletes'): RecordState {
  const made = put(emptyState, name, base, 1, 10);
  const go = (what: Fields | 'deletes', device: number, ms: number) =>
    what === 'deletes' ? removed(made, name, device, ms) : put(made, name, what, device, ms);
  return mergeState(go(left, 1, 20), go(right, 2, 30));
}

interface Case {
  readonly name: string;
  readonly state: RecordState;
  readonly conflict?: Conflict;
  readonly isOpen?: boolean;
  readonly remembered?: Fields;
  readonly owner?: Owner;
}

function planned(
  { name, state, conflict, isOpen = true, remembered = {}, owner = shared }: Case,
  kind: Decision['kind'],
  { side = null, fields = {} }: { readonly side?: number | null; readonly fields?: Fields } = {},
) {
  const spec = registry.require(name);
  const undecided: Undecided = {
    ...{ spec, ref: ref(name), state, isOpen },
    conflict: conflict ?? met(spec, state)[0]!,
    owner,
    remembered: new Map(Object.entries(remembered)),
  };
  return planDecision(undecided, { kind, side, fields: new Map(Object.entries(fields)) });
}

/** What is shown after a decision that settles all; null: nothing. */
function decided(the: Case, kind: Decision['kind'], how?: Parameters<typeof planned>[2]) {
  const spec = registry.require(the.name);
  const state = written(the.state, 3, 99, planned(the, kind, how));
  expect(met(spec, state)).toEqual([]);
  return isAlive(spec, state) ? Object.fromEntries(viewOf(spec, state)) : null;
}

const whole = { title: 't' };

describe('siblings of a field', () => {
  const state = meet('sheet', whole, { title: 'left' }, { title: 'right' });
  const the = { name: 'sheet', state };

  test('[MRG-8] kept, the value that is shown stays, and the other is no sibling any more', () => {
    expect(decided(the, 'keep')).toMatchObject({ title: 'right' });
  });

  test('[MRG-8] flipped, the other value is shown; a side can be named, also the one that is shown', () => {
    expect(decided(the, 'flip')).toMatchObject({ title: 'left' });
    expect(decided(the, 'flip', { side: 2 })).toMatchObject({ title: 'left' });
    expect(decided(the, 'flip', { side: 1 })).toMatchObject({ title: 'right' });
  });

  test('[MRG-8] kept with values is refused: nobody would see what became of them', () => {
    expect(() => planned(the, 'keep', { fields: { title: 'both' } })).toThrow(
      'it takes no values; flip does',
    );
  });

  test.each([0, 3])('[MRG-8] side %i is refused, naming what there is to choose', (side) => {
    expect(() => planned(the, 'flip', { side })).toThrow('"side": expected one of 2, found');
  });

  test('[MRG-8] of three values the side has to be said', () => {
    const third = put(put(emptyState, 'sheet', whole, 1, 10), 'sheet', { title: 'third' }, 4, 25);
    const three = { name: 'sheet', state: mergeState(state, third) };
    expect(() => planned(three, 'flip')).toThrow('"side": expected one of 2, 3, found none');
    expect(decided(three, 'flip', { side: 2 })).toMatchObject({ title: 'third' });
  });

  test('[MRG-8] flipped by hand, a value is shown that nobody wrote before; it must be one of the field', () => {
    expect(decided(the, 'flip', { fields: { title: 'both' } })).toMatchObject({ title: 'both' });
    expect(() => planned(the, 'flip', { fields: { title: 7 } })).toThrow('"title" of sheet: expected');
    expect(() => planned(the, 'flip', { fields: { first: 'x' } })).toThrow('it is about "title"');
    expect(() => planned(the, 'flip', { fields: { set: '[]' } })).toThrow('"set" is merged in parts');
  });

  test('[MRG-8] a value that is lost since is restored; what is open is flipped instead', () => {
    const [conflict] = met(sheet, state);
    const later = put(state, 'sheet', { title: 'left' }, 1, 40);
    const settled = { name: 'sheet', state: later, conflict: conflict!, isOpen: false };
    expect(decided(settled, 'restore')).toMatchObject({ title: 'right' });
    expect(() => planned(the, 'restore')).toThrow('flip chooses another value');
    for (const kind of ['keep', 'flip'] as const)
      expect(() => planned(settled, kind)).toThrow('restore has what it lost');
  });

  test('[MRG-8] [MRG-4] a lost value of a record that is deleted since comes back with the record', () => {
    const [conflict] = met(sheet, state);
    const gone = { name: 'sheet', state: removed(state, 'sheet', 1, 40), conflict: conflict!, isOpen: false };
    expect(decided(gone, 'restore')).toMatchObject({ title: 'right' });
  });

  test('[MRG-8] where all that met is shown again there is none to choose but by its number', () => {
    const [conflict] = met(sheet, state);
    const agreed = {
      ...conflict!,
      content: { fields: new Map([['title', conflict!.content.fields.get('title')!.slice(1)]]), deletes: [] },
    };
    const later = put(state, 'sheet', { title: 'left' }, 1, 40);
    const settled = { name: 'sheet', state: later, conflict: agreed, isOpen: false };
    expect(() => planned(settled, 'restore')).toThrow('expected one of 1, found none');
  });
});

describe('siblings by the rule of their field', () => {
  test('[MRG-3] [MRG-8] of those who were first another can be chosen', () => {
    const state = meet('sheet', whole, { first: 'left' }, { first: 'right' });
    expect(decided({ name: 'sheet', state }, 'keep')).toMatchObject({ first: 'left' });
    expect(decided({ name: 'sheet', state }, 'flip')).toMatchObject({ first: 'right' });
  });

  test('[MRG-3] [MRG-8] what never gets less keeps the greater', () => {
    const state = meet('sheet', whole, { grows: 5 }, { grows: 3 });
    expect(decided({ name: 'sheet', state }, 'keep')).toMatchObject({ grows: 5 });
    expect(decided({ name: 'sheet', state }, 'flip', { side: 2 })).toMatchObject({ grows: 5 });
    expect(() => planned({ name: 'sheet', state }, 'flip')).toThrow('"grows" never gets less');
  });

  test('[MRG-3] [MRG-8] of a key path the other leaf is chosen', () => {
    const state = meet('sheet', whole, { map: '{"a":1}' }, { map: '{"a":2}' });
    expect(decided({ name: 'sheet', state }, 'keep')).toMatchObject({ map: '{"a":2}' });
    expect(decided({ name: 'sheet', state }, 'flip')).toMatchObject({ map: '{"a":1}' });
  });

  test('[MRG-3] [MRG-8] of paths of which one leads through the other one stays', () => {
    const state = meet('sheet', whole, { map: '{"a":1,"c":3}' }, { map: '{"a":{"b":2}}' });
    expect(decided({ name: 'sheet', state }, 'keep')).toMatchObject({ map: '{"a":{"b":2},"c":3}' });
    expect(decided({ name: 'sheet', state }, 'flip')).toMatchObject({ map: '{"a":1,"c":3}' });
  });

  test('[MRG-3] [MRG-8] what was counted on a total that is gone is let go of, and has no other value', () => {
    const made = put(emptyState, 'sheet', { ...whole, count: 4 }, 1, 10);
    const counted = put(made, 'sheet', { count: 5 }, 2, 20);
    const gone = removed(made, 'sheet', 1, 30);
    const back = put(gone, 'sheet', { ...empty, title: 't', count: 1 }, 1, 40);
    const state = mergeState(back, counted);
    expect(decided({ name: 'sheet', state }, 'keep')).toMatchObject({ count: 1 });
    expect(() => planned({ name: 'sheet', state }, 'flip')).toThrow('a counter has no other value');
  });
});

const empty: Fields = { first: null, grows: 0, count: 0, map: '{}', set: '[]', title: '' };

describe('a model by rows', () => {
  const state = meet('line', { a: 'a', b: 'b' }, { a: 'left' }, { b: 'right' });

  test('[MRG-3] [MRG-8] is flipped to the whole row of a change, and so are all its conflicts at once', () => {
    expect(met(line, state)).toHaveLength(2);
    expect(decided({ name: 'line', state }, 'keep')).toMatchObject({ a: 'a', b: 'right' });
    expect(decided({ name: 'line', state }, 'flip')).toMatchObject({ a: 'left', b: 'b' });
  });
});

describe('a delete that beat an edit', () => {
  const state = meet('sheet', { ...whole, set: '["x"]' }, 'deletes', { first: 'edit', set: '["x","y"]' });
  const the = { name: 'sheet', state };

  test('[MRG-8] kept, what it hides goes for good', () => {
    expect(decided(the, 'keep')).toBeNull();
  });

  test.each(['flip', 'restore'] as const)(
    '[MRG-4] [MRG-8] %s brings the record back whole: what was hidden, what is remembered, what is given',
    (kind) => {
      const remembered = { title: 'known', grows: 3 };
      const shown = decided({ ...the, remembered }, kind, { fields: { grows: 7 } });
      expect(shown).toEqual({ ...empty, first: 'edit', set: '["y"]', title: 'known', grows: 7 });
    },
  );

  test('[MRG-4] [MRG-8] is refused where a field stands nowhere any more, naming it', () => {
    expect(() => planned(the, 'restore')).toThrow('brought back only whole; say "title"');
    const lone = { name: 'leaf', state: meet('leaf', { sheet: uuid(9, 9) }, 'deletes', { words: 'w' }) };
    expect(() => planned(lone, 'restore')).toThrow('say "sheet"');
  });

  test('[MRG-8] settled, what it hid is written into the record that is back, once', () => {
    const [conflict] = met(sheet, state);
    const back = put(state, 'sheet', { ...empty, title: 'back' }, 1, 40);
    const settled = { name: 'sheet', state: back, conflict: conflict!, isOpen: false };
    expect(decided(settled, 'restore')).toMatchObject({ first: 'edit', set: '["y"]', title: 'back' });
    expect(decided(settled, 'restore', { fields: { first: 'given' } })).toMatchObject({ first: 'given' });
    const again = written(back, 3, 50, planned(settled, 'restore'));
    expect(() => planned({ ...settled, state: again }, 'restore')).toThrow('all that was lost is shown');
  });
});

describe('an edit that beat a delete', () => {
  const state = meet('line', { a: 'a', b: 'b', once: 'o' }, 'deletes', { a: 'edit' });
  const the = { name: 'line', state };

  test('[MRG-4] [MRG-8] kept, the record stays and the delete is no more', () => {
    expect(decided(the, 'keep')).toMatchObject({ a: 'edit', b: 'b' });
    expect(() => planned(the, 'restore')).toThrow('the record is not deleted');
  });

  test('[MRG-8] flipped, the record is deleted; restored from there it is back', () => {
    expect(decided(the, 'flip')).toBeNull();
    const [conflict] = met(line, state);
    const gone = { name: 'line', state: removed(state, 'line', 3, 40), conflict: conflict!, isOpen: false };
    expect(decided(gone, 'restore')).toMatchObject({ a: 'edit', b: 'b' });
  });
});

describe('a blind write', () => {
  const made = put(emptyState, 'sheet', { title: 'mine', grows: 2, count: 3 }, 1, 10);
  const content = { fields: made.fields, deletes: [] };
  const conflict: Conflict = { kind: 'blind-write', field: null, winner: null, content };

  test('[MRG-1] [MRG-8] what it replaced is restored, but no counter', () => {
    const state = put(made, 'sheet', { title: 'other', count: 9 }, 2, 20);
    const shown = decided({ name: 'sheet', state, conflict, isOpen: false }, 'restore');
    expect(shown).toMatchObject({ title: 'mine', count: 9 });
  });

  test('[MRG-4] [MRG-8] a delete that it replaced is restored as a delete', () => {
    const gone = removed(made, 'sheet', 1, 20);
    const lost = { ...conflict, content: { fields: new Map(), deletes: gone.deletes } };
    expect(decided({ name: 'sheet', state: made, conflict: lost, isOpen: false }, 'restore')).toBeNull();
  });

  test('[MRG-8] is no decision of its own', () => {
    expect(() => planned({ name: 'sheet', state: made, conflict }, 'flip')).toThrow('another record');
    expect(planned({ name: 'sheet', state: made, conflict }, 'keep')).toMatchObject({ slots: null });
  });
});

describe('what hangs on other records', () => {
  const fields = { sheet: uuid(9, 1), tag: uuid(9, 2), words: 'w' };
  const state = put(emptyState, 'leaf', fields, 1, 10);
  const tag = { fields: new Map([['tag', state.fields.get('tag')!]]), deletes: [] };
  const cut: Case = {
    ...{ name: 'leaf', state },
    conflict: { kind: 'circle-cut', field: 'tag', winner: null, content: tag },
  };
  const orphaned: Case = {
    ...{ name: 'leaf', state },
    conflict: {
      kind: 'orphaned',
      field: 'sheet',
      winner: null,
      content: { fields: state.fields, deletes: [] },
    },
  };

  test('[DEP-2] [MRG-8] a reference that was cut is kept as null, and restored from there', () => {
    expect(decided(cut, 'keep')).toEqual({ ...fields, tag: null });
    const kept = written(state, 3, 40, planned(cut, 'keep'));
    expect(decided({ ...cut, state: kept, isOpen: false }, 'restore')).toEqual(fields);
    for (const kind of ['flip', 'restore'] as const)
      expect(() => planned(cut, kind)).toThrow('what it depends on is another record');
    const gone = removed(state, 'leaf', 1, 40);
    expect(() => planned({ ...cut, state: gone, isOpen: false }, 'restore')).toThrow('another record');
  });

  test('[DEP-3] [MRG-8] an orphan is kept away by its delete, and restored whole from there', () => {
    expect(decided(orphaned, 'keep')).toBeNull();
    const gone = removed(state, 'leaf', 1, 40);
    expect(decided({ ...orphaned, state: gone, isOpen: false }, 'restore')).toEqual(fields);
    expect(() => planned(orphaned, 'flip')).toThrow('another record');
    expect(() => planned(orphaned, 'restore')).toThrow('not deleted');
  });
});

describe('what one device owns', () => {
  const own = meetOwn();

  test('[MRG-5] [MRG-8] is decided by it alone, by its own values', () => {
    const foreign = {
      dot: makeDot(formatHlc(90, 0), lifeId<ReplicaId>(deviceId(7), '0'.repeat(16))),
      value: 'foreign',
    };
    const judged = new Map([['name', [foreign, ...own.fields.get('name')!]]]);
    const the = {
      name: 'device',
      state: { ...own, fields: judged },
      conflict: met(device, own)[0]!,
      owner: { kind: 'device', device: deviceId(1) } as const,
    };
    expect(planned(the, 'keep')).toMatchObject({ slots: new Map([['name', 'later']]) });
    const other = () => written(own, 2, 99, planned(the, 'keep'));
    expect(other).toThrow(`belongs to device ${deviceId(1)}`);
    expect(written(own, 1, 99, planned(the, 'flip')).fields.get('name')).toMatchObject([
      { value: 'earlier' },
    ]);
  });
});

/** One device's own values of its own record, by two of its replicas. */
function meetOwn(): RecordState {
  const by = (replica: string, ms: number, value: string): RecordState => {
    const dot = makeDot(formatHlc(ms, 0), lifeId<ReplicaId>(deviceId(1), replica.repeat(16)));
    return { version: versionOf([dot]), fields: new Map([['name', [{ dot, value }]]]), deletes: [] };
  };
  return mergeState(by('0', 10, 'earlier'), by('1', 20, 'later'));
}

test('[MRG-8] the sides of a conflict are counted as they are listed', () => {
  const state = meet('sheet', whole, { title: 'left' }, { title: 'right' });
  const [conflict] = met(sheet, state);
  expect(conflictSides(conflict!).map((side) => side.kind === 'value' && side.value)).toEqual([
    'right',
    'left',
  ]);
});
