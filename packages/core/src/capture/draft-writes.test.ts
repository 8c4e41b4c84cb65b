import { describe, expect, test } from 'vitest';
import { planView } from '../apply/plan-view.ts';
import { deviceId, domain, domainSpecs, model, recordRef, reference, text } from '../apply/testing/domain.ts';
import type { HistoryEntry } from '../apply/testing/history.ts';
import { type At, libraryOf, put } from '../apply/testing/scene.ts';
import { dotDevice, makeDot } from '../clock/dot.ts';
import { formatHlc } from '../clock/hlc.ts';
import { lifeId, type RecordRef, type ReplicaId } from '../ids.ts';
import { createRegistry } from '../model/registry.ts';
import { emptyState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { emptyVersion, versionDots } from '../record/version.ts';
import { putState } from '../record/write.ts';
import { draftWrites } from './draft-writes.ts';
import type { RecordWrite } from './record-write.ts';
import { requireTargets } from './write-rights.ts';

const early: At = { device: 1, ms: 1 };
const tag = (index: number) => recordRef('tag', index);
const tagPut = (index: number, parent: RecordRef | null = null) =>
  put(tag(index), { name: `tag ${index}`, creator: null, parent: parent?.id ?? null }, early);

function draft(entries: readonly HistoryEntry[], ...writes: readonly RecordWrite[]) {
  return draftWrites(
    {
      registry: domain,
      reader: libraryOf(entries),
      nulledFields: () => [],
      schemas: new Map(),
      device: deviceId(0),
      replica: lifeId<ReplicaId>(deviceId(0), '0'.repeat(16)),
      clock: { ms: 1_000, counter: 0 },
      wallMs: () => 2_000,
    },
    writes,
  );
}

function putOf(ref: RecordRef, fields: Readonly<Record<string, Value>>, more: Partial<RecordWrite> = {}) {
  return { kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null, ...more } as RecordWrite;
}
const remove = (ref: RecordRef): RecordWrite => ({ kind: 'delete', ref, seen: null });
const changed = (drafts: ReturnType<typeof draft>) => drafts.all().map(({ ref, change }) => [ref, change]);

/** Drafts, and then asks what a library asks before it stores them. */
function capture(entries: readonly HistoryEntry[], ...writes: readonly RecordWrite[]): void {
  const drafts = draft(entries, ...writes);
  requireTargets(drafts, planView(domain, drafts.reader, drafts.all()));
}

describe('a delete', () => {
  test('of what is not there, or is deleted already in the same batch, changes nothing', () => {
    expect(draft([], remove(tag(1))).all()).toEqual([]);
    expect(draft([tagPut(1)], remove(tag(1)), remove(tag(1))).changes).toHaveLength(1);
  });

  test('[DEP-3] takes along what requires it, children first, but not what the batch has deleted already', () => {
    const family = [tagPut(1), tagPut(2, tag(1)), tagPut(3, tag(2))];
    expect(changed(draft(family, remove(tag(1))))).toEqual([3, 2, 1].map((index) => [tag(index), 'delete']));
    expect(draft(family, remove(tag(3)), remove(tag(1))).changes.map(({ ref }) => ref)).toEqual(
      [3, 2, 1].map(tag),
    );
  });

  test('[DEP-3] leaves what only refers to it, and what is not ours', () => {
    const place = recordRef('place', 1);
    const others = [
      put(recordRef('device', 1), { name: 'lamp' }, early),
      put(place, { device: deviceId(1), name: 'there', root: null }, early),
      put(recordRef('item', 1), { name: 'file', place: place.id, parent: null, content: null }, early),
    ];
    const pinned = put(recordRef('pin', 1), { color: 'red', item: recordRef('item', 1).id }, early);
    expect(() => draft([...others, pinned], remove(place))).toThrow(
      expect.objectContaining({
        code: 'not-owner',
        subject: expect.objectContaining({ device: deviceId(1) }),
      }),
    );
    const named = put(tag(1), { name: 'by', creator: deviceId(0), parent: null }, early);
    const own = put(recordRef('device', 0), { name: 'mine' }, { device: 0, ms: 1 });
    expect(changed(draft([own, named], remove(recordRef('device', 0))))).toEqual([
      [recordRef('device', 0), 'delete'],
    ]);
  });
});

describe('a put', () => {
  test('[MRG-1] that follows another of its batch has seen it, whatever its writer had read before', () => {
    const first = tagPut(1);
    const { version } = first.stored.state;
    const drafts = draft(
      [first],
      putOf(tag(1), { name: 'two' }, { seen: version }),
      putOf(tag(1), { name: 'three' }, { seen: version }),
    );
    const { state } = drafts.get(tag(1))!.stored;
    expect(state.fields.get('name')!.map(({ value }) => value)).toEqual(['three']);
    expect(versionDots(state.version).map(dotDevice).sort()).toEqual([deviceId(0), deviceId(1)]);
  });

  test('[SEC-5] that makes a record without what it must have is refused, naming the field', () => {
    expect(() => draft([], putOf(recordRef('charm', 1), { words: 'none' }))).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        subject: expect.objectContaining({ field: 'label' }),
      }),
    );
  });

  test('[DEP-2] that points to nothing is refused, whether the reference waits or shows null', () => {
    for (const field of ['parent', 'creator']) {
      const target = field === 'parent' ? tag(9).id : deviceId(9);
      expect(() => capture([tagPut(1)], putOf(tag(1), { [field]: target }))).toThrow(
        expect.objectContaining({ code: 'missing-reference', subject: expect.objectContaining({ field }) }),
      );
    }
  });

  test('[DEP-2] of something else is taken of a record that waits: what it waits for was not this write', () => {
    const waiting = tagPut(2, tag(9));
    expect(() => capture([waiting], putOf(tag(2), { name: 'renamed' }))).not.toThrow();
    expect(changed(draft([waiting], putOf(tag(2), { name: 'renamed' })))).toEqual([[tag(2), 'update']]);
  });

  test('[DEP-2] that closes a circle is refused', () => {
    const family = [tagPut(1), tagPut(2, tag(1))];
    expect(() => capture(family, putOf(tag(1), { parent: tag(2).id }))).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        subject: expect.objectContaining({ field: 'parent' }),
      }),
    );
  });

  test('[DEP-2] of models that refer to each other may be made in one batch', () => {
    const own = put(recordRef('device', 0), { name: 'mine' }, { device: 0, ms: 1 });
    const [place, item] = [recordRef('place', 1), recordRef('item', 1)];
    const placed = putOf(place, { device: deviceId(0), name: 'here', root: item.id });
    const within = putOf(item, { name: 'root', place: place.id, parent: null, content: null });
    for (const writes of [
      [placed, within],
      [within, placed],
    ])
      expect(() => capture([own], ...writes)).not.toThrow();
  });
});

describe('a row of which a part was taken away', () => {
  test('[MRG-4] [MRG-5] is not written with nothing where it must name another: the write is refused, naming the field', () => {
    const slip = model('slip', { kind: 'shared' }, [reference('tag', 'tag', 'wait', false), text('words')], {
      granularity: 'row',
    });
    const ref: RecordRef = { model: slip.name, id: recordRef('tag', 9).id };
    const dot = makeDot(formatHlc(1, 0), lifeId<ReplicaId>(deviceId(1), '0'.repeat(16)));
    const rest = { dot, seen: emptyVersion, fields: new Map([['words', 'left']]) };
    const library = libraryOf([tagPut(1)]);
    const stored = { state: putState(slip, emptyState, rest), schemaVersion: 1 };
    const scope = {
      registry: createRegistry([...domainSpecs, slip]),
      reader: { ...library, record: (of: RecordRef) => (of.id === ref.id ? stored : library.record(of)) },
      nulledFields: () => [],
      schemas: new Map(),
      device: deviceId(0),
      replica: lifeId<ReplicaId>(deviceId(0), '0'.repeat(16)),
      clock: { ms: 1_000, counter: 0 },
      wallMs: () => 2_000,
    };
    expect(() => draftWrites(scope, [putOf(ref, { words: 'mine' })])).toThrow(
      expect.objectContaining({
        code: 'incomplete-record',
        subject: expect.objectContaining({ field: 'tag' }),
      }),
    );
    const whole = putOf(ref, { words: 'mine', tag: tag(1).id });
    expect(draftWrites(scope, [whole]).changes).toHaveLength(1);
  });
});
