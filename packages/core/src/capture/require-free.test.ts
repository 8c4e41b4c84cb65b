import { describe, expect, test } from 'vitest';
import { planView } from '../apply/plan-view.ts';
import { deviceId, domain, recordRef } from '../apply/testing/domain.ts';
import type { HistoryEntry } from '../apply/testing/history.ts';
import { libraryOf, made, put } from '../apply/testing/scene.ts';
import { renamed } from '../apply/unique-value.ts';
import { lifeId, type RecordRef, type ReplicaId } from '../ids.ts';
import { creationField } from '../record/creation.ts';
import type { Value } from '../record/value.ts';
import { draftWrites } from './draft-writes.ts';
import type { RecordWrite } from './record-write.ts';
import { requireFree } from './require-free.ts';

const [a, b, c] = [recordRef('label', 1), recordRef('label', 2), recordRef('label', 3)];
const empty = { code: null, group: null, name: null, parent: null, sign: null };

function label(ref: RecordRef, fields: Readonly<Record<string, Value>>, ms: number): HistoryEntry {
  return made(ref, { ...empty, ...fields }, { device: 1, ms });
}

function draft(entries: readonly HistoryEntry[], ...writes: readonly RecordWrite[]) {
  const scope = {
    registry: domain,
    reader: libraryOf(entries),
    nulledFields: () => [],
    schemas: new Map(),
    device: deviceId(0),
    replica: lifeId<ReplicaId>(deviceId(0), '0'.repeat(16)),
    clock: { ms: 1_000, counter: 0 },
    wallMs: () => 2_000,
  };
  const drafts = draftWrites(scope, writes);
  requireFree(drafts, planView(domain, drafts.reader, drafts.all()));
  return drafts;
}

function write(ref: RecordRef, fields: Readonly<Record<string, Value>>): RecordWrite {
  return { kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null };
}

const taken = (ref: RecordRef, field: string, by: RecordRef) =>
  expect.objectContaining({
    code: 'unique-taken',
    message: `"${field}" of label: the label ${by.id} has this value`,
    subject: { model: 'label', record: ref.id, field },
  });

describe('a local write of a unique value', () => {
  test('[MRG-7] that another record has is refused, by elder and younger, naming the field and the other', () => {
    const here = [label(a, { code: 'x' }, 1), label(b, { code: 'y', group: 'g', name: 'n' }, 2)];
    expect(() => draft(here, write(b, { code: 'x' }))).toThrow(taken(b, 'code', a));
    expect(() => draft(here, write(a, { code: 'y' }))).toThrow(taken(a, 'code', b));
    expect(() => draft(here, write(c, { group: 'g', name: 'n' }))).toThrow(taken(c, 'name', b));
    expect(() => draft(here, write(c, { code: 'z', sign: 'x' }))).not.toThrow();
  });

  test('[MRG-7] is judged when the batch is done: records may swap, and may not meet', () => {
    const here = [label(a, { code: 'x' }, 1), label(b, { code: 'y' }, 2)];
    expect(() => draft(here, write(a, { code: 'y' }), write(b, { code: 'x' }))).not.toThrow();
    expect(() => draft(here, write(b, { code: 'z' }), write(a, { code: 'y' }))).not.toThrow();
    expect(() => draft([], write(a, { sign: 's' }), write(b, { sign: 's' }))).toThrow(taken(a, 'sign', b));
    const gone = { kind: 'delete', ref: a, seen: null } as const;
    expect(() => draft(here, gone, write(b, { code: 'x' }))).not.toThrow();
  });

  test('[MRG-7] does not ask who of those that met before has it', () => {
    const met = [label(a, { group: 'g', name: 'n' }, 1), label(b, { group: 'g', name: 'n' }, 2)];
    expect(() => draft(met, write(a, { code: 'x' }), write(b, { code: 'y' }))).not.toThrow();
    // The elder goes, so that the plan tells of others than those that were written.
    expect(() => draft(met, { kind: 'delete', ref: a, seen: null })).not.toThrow();
  });

  test('[MRG-7] is all that is asked about, though others lose theirs by it: those whose owner goes', () => {
    const at = { device: 0, ms: 1 };
    const [place, item] = [recordRef('place', 0), recordRef('item', 0)];
    const unseen = { name: 'i', parent: recordRef('item', 9).id, place: place.id, content: null };
    const here = [
      put(recordRef('device', 0), { name: 'd' }, at),
      put(place, { device: deviceId(0), name: 'p', root: null }, at),
      put(item, unseen, at),
      made(recordRef('ticket', 0), { item: item.id, number: 'n', title: null }, at),
    ];
    const gone = { kind: 'delete', ref: place, seen: null } as const;
    expect(draft(here, gone).all()).toHaveLength(1);
  });

  test('[MRG-7] as it is shown, given back, is no change', () => {
    const met = [label(a, { group: 'g', name: 'n' }, 1), label(b, { group: 'g', name: 'n' }, 2)];
    expect(draft(met, write(b, { name: renamed('n', b.id) })).all()).toEqual([]);
    expect(() => draft(met, write(c, { group: 'g', name: renamed('n', b.id) }))).not.toThrow();
  });

  test('[MRG-7] of a new record carries its creation stamp, of a known one only where all of the row is written', () => {
    const [change] = draft([], write(a, { code: 'x' })).changes;
    expect(change!.fields!.get(creationField)).toBe(null);
    const [later] = draft([label(a, { code: 'x' }, 1)], write(a, { code: 'y' })).changes;
    expect([...later!.fields!.keys()]).toEqual(['code']);
  });
});
