import { describe, expect, test } from 'vitest';
import { withClaim } from '../apply/claims.ts';
import { createMemoryLibrary } from '../apply/memory-library.ts';
import { planApply } from '../apply/plan-apply.ts';
import { planView } from '../apply/plan-view.ts';
import {
  deviceId,
  domainSpecs,
  model,
  recordRef,
  reference,
  text,
  union,
  uuid,
} from '../apply/testing/domain.ts';
import { changesOf, type HistoryEntry } from '../apply/testing/history.ts';
import { shownField } from '../apply/testing/scene.ts';
import { lifeId, type RecordRef, type ReplicaId, refKey } from '../ids.ts';
import { createRegistry } from '../model/registry.ts';
import type { ValueField } from '../model/spec.ts';
import type { Value } from '../record/value.ts';
import { covers, emptyVersion } from '../record/version.ts';
import { draftWrites } from './draft-writes.ts';
import { planRowDecision } from './plan-row-decision.ts';
import type { RecordWrite } from './record-write.ts';
import { requireTargets } from './write-rights.ts';

const count: ValueField = { kind: 'integer', name: 'count', nullable: false, default: 0, merge: 'counter' };
/** What is in a place, with fields that are merged in parts. */
const crate = model('crate', { kind: 'through', field: 'place' }, [
  count,
  union('labels'),
  text('name'),
  reference('place', 'place', 'wait', false),
  reference('tag', 'tag', 'null'),
]);
const registry = createRegistry([...domainSpecs, crate]);
const ref = { model: crate.name, id: uuid(70, 1) } as unknown as RecordRef;
const [hold, place] = [recordRef('hold', 1), recordRef('place', 1)];
type Fields = Readonly<Record<string, Value>>;

/** A device that writes as capture does, and takes what others wrote. */
function openDevice(index: number, startMs: number) {
  const library = createMemoryLibrary();
  let ms = startMs;
  const made: HistoryEntry[] = [];
  const scope = {
    registry,
    reader: library,
    nulledFields: () => [],
    schemas: new Map(),
    device: deviceId(index),
    replica: lifeId<ReplicaId>(deviceId(index), `${index}`.repeat(16)),
  };
  function write(...writes: readonly RecordWrite[]) {
    const drafts = draftWrites({ ...scope, clock: { ms: ++ms, counter: 0 }, wallMs: () => ms }, writes);
    const view = planView(registry, drafts.reader, drafts.all());
    requireTargets(drafts, view);
    library.carryOut({ stored: drafts.all(), view });
    const entries = drafts.all().map(({ ref, stored }) => ({ ref, stored }));
    made.push(...entries);
    return { entries, changes: drafts.changes };
  }
  const put = (of: RecordRef, fields: Fields, kind: 'put' | 'replace' = 'put') =>
    write({ kind, ref: of, fields: new Map(Object.entries(fields)), seen: null });
  return {
    library,
    made,
    write,
    put,
    remove: (of: RecordRef) => write({ kind: 'delete', ref: of, seen: null }),
    claim: () =>
      put(hold, {
        claims: withClaim(library.shown.get(refKey(hold))?.row.get('claims') ?? '[]', scope.device),
      }),
    take: (...entries: readonly HistoryEntry[]) =>
      library.carryOut(planApply(registry, library, changesOf(entries))),
    decide: (kind: 'keep' | 'flip' | 'restore') => {
      const { conflict, state } = library.journal.at(-1)!;
      const row = { ref, conflict, isOpen: state.kind === 'open', known: undefined };
      const seen = library.record(ref)!.state.version;
      return write(
        planRowDecision({ scope, reader: library }, row, { kind, side: null, fields: new Map(), seen }),
      );
    },
    row: () => Object.fromEntries(library.shown.get(refKey(ref))?.row ?? []),
  };
}

/** A has a place with a crate, of which B knows; B has claimed it, and A knows if it `isTold`. */
function claimed({ isTold = false } = {}) {
  const [a, b] = [openDevice(1, 100), openDevice(2, 200)];
  b.put(recordRef('device', 2), { name: 'B' });
  a.put(recordRef('device', 1), { name: 'A' });
  a.claim();
  a.put(place, { device: deviceId(1), hold: hold.id, name: 'disk', root: null });
  a.put(ref, { place: place.id, name: 'first', labels: '["red"]', count: 5 });
  b.take(...a.made);
  b.claim();
  if (isTold) a.take(...b.made);
  return [a, b] as const;
}

const dotsIn = ({ entries: [entry] }: { entries: HistoryEntry[] }) =>
  new Set([...entry!.stored.state.fields.values()].flat().map(({ dot }) => dot));

describe('the first change of a new owner', () => {
  test('[MRG-5] writes the record whole, what is merged in parts as well', () => {
    const [, b] = claimed();
    const before = b.row();
    const written = b.put(ref, { name: 'second' });
    expect(dotsIn(written).size).toBe(1);
    expect(b.row()).toEqual({ ...before, name: 'second' });
    expect(dotsIn(b.put(ref, { name: 'third' })).size).toBe(2);
  });

  test('[MRG-5] is one also where it changes nothing', () => {
    const [, b] = claimed();
    const before = b.row();
    expect(b.put(ref, {}).changes).toHaveLength(1);
    expect(b.row()).toEqual(before);
    expect(b.put(ref, {}).changes).toEqual([]);
  });

  test('[MRG-5] [MRG-4] makes it safe from whatever the former owner does to it meanwhile', () => {
    const [a, b] = claimed();
    b.put(ref, { name: 'second' });
    const shown = b.row();
    a.put(ref, { name: 'late' });
    a.remove(ref);
    b.take(...a.made);
    expect(b.row()).toEqual(shown);
    b.put(ref, { name: 'third' });
    expect(b.library.record(ref)!.state.deletes).toEqual([]);
    expect(b.row()).toEqual({ ...shown, name: 'third' });
    a.take(...b.made);
    expect(a.row()).toEqual(b.row());
  });

  test('[MRG-5] [DEP-2] may show null where a target is missing, and still names it', () => {
    const [a, b] = claimed();
    const tag = recordRef('tag', 1);
    a.put(tag, { name: 't', creator: null, parent: null });
    a.put(ref, { tag: tag.id });
    b.take(a.made.at(-1)!);
    b.put(ref, { name: 'second' });
    b.take(...a.made);
    expect(shownField(b.library, ref, 'tag')).toBe(tag.id);
  });

  test('[MRG-5] [DEP-3] deletes what is there for it, whatever a former owner did', () => {
    const [a, b] = claimed();
    b.put(ref, { name: 'second' });
    a.remove(ref);
    b.take(...a.made);
    expect(b.remove(place).entries.map((entry) => entry.ref)).toEqual([ref, place]);
    expect(b.library.isVisible(ref)).toBe(false);
  });
});

describe('a former owner', () => {
  test('[MRG-5] that knows of the claim is refused, naming the owner; so is everybody where none has claimed', () => {
    const [a] = claimed({ isTold: true });
    const refused = expect.objectContaining({
      code: 'not-owner',
      subject: expect.objectContaining({ device: deviceId(2) }),
    });
    expect(() => a.put(ref, { name: 'late' })).toThrow(refused);
    expect(() => a.remove(ref)).toThrow(refused);
    const alone = openDevice(3, 300);
    alone.put(recordRef('device', 3), { name: 'C' });
    alone.put(hold, {});
    const placing = () => alone.put(place, { device: deviceId(3), hold: hold.id, name: 'x', root: null });
    expect(placing).toThrow(
      expect.objectContaining({ code: 'not-owner', message: expect.stringContaining('none has') }),
    );
  });

  test('[MRG-5] [MRG-1] has not seen what is of an epoch that it does not know, and takes nothing of it away', () => {
    const [a, b] = claimed();
    const { entries } = b.put(ref, { name: 'second' });
    a.take(...entries);
    // All that A had of it is replaced by what it cannot judge yet.
    expect(a.library.isVisible(ref)).toBe(false);
    expect(a.remove(ref).changes).toEqual([]);
    const late = a.put(ref, { place: place.id, name: 'late' }, 'replace');
    expect(covers(late.changes[0]!.seen, [...dotsIn({ entries })][0]!)).toBe(false);
    expect(a.row().name).toBe('late');
    a.take(...b.made);
    b.take(...a.made);
    for (const { row } of [a, b]) expect(row().name).toBe('second');
  });
});

describe('where a record is', () => {
  test('[MRG-5] cannot be changed from what changes hands to anywhere else', () => {
    const [, b] = claimed({ isTold: true });
    const own = recordRef('place', 2);
    b.put(own, { device: deviceId(2), hold: null, name: 'own', root: null });
    expect(() => b.put(ref, { place: own.id })).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        subject: expect.objectContaining({ field: 'place' }),
      }),
    );
    expect(() => b.put(place, { hold: null })).toThrow(expect.objectContaining({ code: 'not-owner' }));
  });

  test('[MRG-5] may become something that changes hands, and what was made before goes along', () => {
    const [a, b] = [openDevice(1, 100), openDevice(2, 200)];
    a.put(recordRef('device', 1), { name: 'A' });
    a.put(place, { device: deviceId(1), hold: null, name: 'disk', root: null });
    a.put(ref, { place: place.id, name: 'first' });
    a.claim();
    a.put(place, { hold: hold.id });
    expect(a.row().name).toBe('first');
    expect(a.put(ref, {}).changes).toEqual([]);
    b.put(recordRef('device', 2), { name: 'B' });
    b.take(...a.made);
    b.claim();
    expect(b.row().name).toBe('first');
  });
});

describe('a decision of what a former owner wrote in vain', () => {
  function met(...late: ((a: ReturnType<typeof openDevice>) => unknown)[]) {
    const [a, b] = claimed();
    b.put(ref, { name: 'second' });
    for (const write of late) write(a);
    b.take(...a.made);
    expect(b.library.journal.map(({ conflict }) => conflict.kind)).toEqual(['owner-changed']);
    return b;
  }
  const open = ({ library }: ReturnType<typeof openDevice>) =>
    planApply(registry, library, changesOf([{ ref, stored: library.record(ref)! }])).counts.skipped;

  test('[MRG-5] [MRG-8] keeps what is shown, and leaves nothing of it', () => {
    const b = met((a) => a.put(ref, { name: 'late', labels: '["red","blue"]' }));
    const before = b.row();
    b.decide('keep');
    expect(b.row()).toEqual(before);
    expect(open(b)).toBe(1);
    expect(b.library.record(ref)!.state.fields.get('name')).toHaveLength(1);
  });

  test('[MRG-5] [MRG-8] keeps a delete: what the former owner wrote goes for good', () => {
    const [a, b] = claimed();
    b.put(ref, { name: 'second' });
    b.remove(ref);
    a.remove(ref);
    a.put(ref, { place: place.id, name: 'late', labels: '["x"]', count: 1 }, 'replace');
    b.take(...a.made);
    expect(b.library.journal.map(({ conflict }) => conflict.kind)).toEqual(['owner-changed']);
    b.decide('keep');
    expect(b.library.record(ref)!.state.fields.size).toBe(0);
  });

  test('[MRG-5] [MRG-8] restores what is shown no more; there is no other side to flip to', () => {
    const b = met((a) => a.put(ref, { name: 'late' }));
    expect(() => b.decide('flip')).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    b.decide('restore');
    expect(b.row().name).toBe('late');
  });

  test('[MRG-5] [MRG-8] restores also beside a delete of the former owner, and keeps the delete of the present one', () => {
    const edited = met(
      (a) => a.remove(ref),
      (a) => a.put(ref, { place: place.id, name: 'again' }, 'replace'),
    );
    edited.decide('restore');
    expect(edited.row().name).toBe('again');
    const [a, b] = claimed();
    b.put(ref, { name: 'second' });
    b.remove(ref);
    a.put(ref, { place: place.id, name: 'late' }, 'replace');
    a.put(ref, { place: place.id, name: 'later' }, 'replace');
    b.take(...a.made);
    expect(b.library.isVisible(ref)).toBe(false);
  });

  test('[S0-56] [MRG-5] a record that is recorded as it is goes whole where it is of an earlier epoch', () => {
    const [, b] = claimed();
    const before = b.row();
    b.write({ kind: 'decide', ref, slots: new Map(), clears: [], seen: emptyVersion });
    expect(b.row()).toEqual(before);
    const [entry] = b.made.slice(-1);
    expect([...entry!.stored.state.fields.values()].every((siblings) => siblings.length === 2)).toBe(true);
  });
});
