import { describe, expect, test } from 'vitest';
import { deviceId, domain, recordRef } from '../apply/testing/domain.ts';
import type { HistoryEntry } from '../apply/testing/history.ts';
import { type At, libraryOf, put, remove } from '../apply/testing/scene.ts';
import { lifeId, type RecordRef, type ReplicaId } from '../ids.ts';
import { creationField } from '../record/creation.ts';
import type { Value } from '../record/value.ts';
import { planBlindWrites } from './blind-writes.ts';
import { draftWrites } from './draft-writes.ts';
import type { RecordWrite } from './record-write.ts';

const tag = recordRef('tag', 1);
const early: At = { device: 1, ms: 1 };
const first = put(tag, { name: 'first', creator: null, parent: null }, early);

function blindOf(entries: readonly HistoryEntry[], ...writes: readonly RecordWrite[]) {
  const drafts = draftWrites(
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
  return planBlindWrites(drafts, writes);
}

function blindPut(ref: RecordRef, fields: Readonly<Record<string, Value>>): RecordWrite {
  return { kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null };
}

describe('a blind write', () => {
  test('[MRG-1] [MRG-8] tells the values that it replaced, and is the winner', () => {
    const [blind, ...others] = blindOf([first], blindPut(tag, { name: 'mine' }));
    expect(others).toEqual([]);
    expect(blind!.ref).toEqual(tag);
    expect(blind!.conflict).toMatchObject({ kind: 'blind-write', field: null });
    expect([...blind!.conflict.content.fields]).toEqual([['name', first.stored.state.fields.get('name')]]);
    expect(blind!.conflict.winner! > first.stored.state.fields.get('name')![0]!.dot).toBe(true);
  });

  test('[MRG-8] tells nothing of a new record, of the same value, of what it does not write', () => {
    expect(blindOf([], blindPut(tag, { name: 'mine' }))).toEqual([]);
    expect(blindOf([first], blindPut(tag, { name: 'first' }))).toEqual([]);
  });

  test('[MRG-8] tells nothing where another write of the batch had seen what was there', () => {
    const { version } = first.stored.state;
    const seen = { ...blindPut(tag, { name: 'seen' }), seen: version };
    expect(blindOf([first], seen, seen, blindPut(tag, { name: 'blind' }))).toEqual([]);
  });

  test('[MRG-8] that agrees with one of two siblings tells of the other', () => {
    const other = put(tag, { name: 'other' }, { device: 2, ms: 3 }, first);
    const third = put(tag, { name: 'third' }, { device: 1, ms: 2 }, first);
    const [blind] = blindOf([first, other, third], blindPut(tag, { name: 'third' }));
    expect(blind!.conflict.content.fields.get('name')!.map(({ value }) => value)).toEqual(['other']);
  });

  test('[MRG-4] [MRG-8] that brings a deleted record back tells of the delete', () => {
    const deleted = remove(first, { device: 1, ms: 2 });
    const whole = { kind: 'replace', ref: tag, fields: new Map([['name', 'back']]), seen: null } as const;
    const [blind] = blindOf([deleted], whole);
    expect(blind!.conflict.content).toEqual({ fields: new Map(), deletes: deleted.stored.state.deletes });
  });

  test('[MRG-8] that is a delete tells the whole record, but not what goes with it', () => {
    const child = put(recordRef('tag', 2), { name: 'child', creator: null, parent: tag.id }, early);
    const rows = blindOf([first, child], { kind: 'delete', ref: tag, seen: null });
    expect(rows.map(({ ref }) => ref)).toEqual([tag]);
    expect([...rows[0]!.conflict.content.fields.keys()].sort()).toEqual(['creator', 'name', 'parent']);
  });

  test('[MRG-7] [MRG-8] tells nothing of a creation stamp that is written again', () => {
    const label = recordRef('label', 1);
    const fields = { code: 'c', group: null, name: 'n', parent: null, sign: null, [creationField]: null };
    const made = put(label, fields, early);
    const [blind] = blindOf([made], { kind: 'delete', ref: label, seen: null });
    expect(blind!.conflict.content.fields.has(creationField)).toBe(false);
  });

  test('[MRG-5] [MRG-8] of what is owned through nothing tells what it replaced: anybody may write it', () => {
    const note = recordRef('note', 1);
    const fields = { content: null, item: null, words: 'theirs' };
    const theirs = put(note, fields, early);
    const [blind] = blindOf([theirs], blindPut(note, { words: 'mine' }));
    expect([...blind!.conflict.content.fields.keys()]).toEqual(['words']);
    const gone = remove(theirs, { device: 1, ms: 2 });
    const [back] = blindOf([gone], blindPut(note, fields));
    expect(back!.conflict.content).toEqual({ fields: new Map(), deletes: gone.stored.state.deletes });
  });

  test('[MRG-5] [MRG-8] of what this device alone may write tells nothing', () => {
    const device = recordRef('device', 0);
    const own = put(device, { name: 'old' }, { device: 0, ms: 1 });
    expect(blindOf([own], blindPut(device, { name: 'new' }))).toEqual([]);
  });
});
