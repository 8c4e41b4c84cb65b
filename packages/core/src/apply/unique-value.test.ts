import { describe, expect, test } from 'vitest';
import type { RecordId } from '../ids.ts';
import type { ModelSpec } from '../model/spec.ts';
import { emptyState, type RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { domain, model, text, uuid } from './testing/domain.ts';
import { isElder, isRenamed, looksRenamed, renamed, uniqueValuesIn } from './unique-value.ts';

const [one, two] = [uuid(1, 1) as RecordId, uuid(1, 2) as RecordId];
const shared = { kind: 'shared' } as const;

function stateOf(values: Readonly<Record<string, Value>>): RecordState {
  const fields = Object.entries(values).map(
    ([name, value]) => [name, [{ dot: '00000000000a0000@x' as never, value }]] as const,
  );
  return { ...emptyState, fields: new Map(fields) };
}

function textsIn(spec: ModelSpec, values: Readonly<Record<string, Value>>): string[] {
  return uniqueValuesIn(spec, stateOf(values)).map(({ value }) => value);
}

describe('unique values', () => {
  const box = model(
    'box',
    shared,
    [{ ...text('bytes'), kind: 'blob' }, { ...text('size'), kind: 'integer' }, text('name')],
    {
      uniques: [
        { fields: ['bytes'], policy: 'hold' },
        { fields: ['size', 'name'], policy: 'hold' },
      ],
    },
  );

  test('[MRG-7] tell apart what SQLite tells apart, in each kind of field', () => {
    expect(textsIn(box, { bytes: new Uint8Array([1, 35]) })).toEqual(['0123']);
    expect(textsIn(box, { size: 0, name: 'a' })).toEqual(textsIn(box, { size: -0, name: 'a' }));
    expect(textsIn(box, { size: 1, name: '2","3' })).not.toEqual(textsIn(box, { size: 1, name: '2' }));
    expect(textsIn(box, { size: 1, name: null })).toEqual([]);
  });

  test('[MRG-7] of a model without constraints are none', () => {
    expect(uniqueValuesIn(domain.require('tag'), stateOf({ name: 'x' }))).toEqual([]);
  });

  test('[MRG-7] go by stamp, then by id', () => {
    expect(isElder({ id: two, stamp: 'a' }, { id: one, stamp: 'b' })).toBe(true);
    expect(isElder({ id: two, stamp: 'a' }, { id: one, stamp: 'a' })).toBe(false);
  });
});

describe('a text that is renamed', () => {
  const label = domain.require('label');

  test('[MRG-7] looks like no other', () => {
    expect(renamed('report', one)).toBe(`report (${one})`);
    expect(looksRenamed(renamed('report', one))).toBe(true);
    expect(looksRenamed('report (2)')).toBe(false);
  });

  test('[MRG-7] is what the record says, given back, and nothing else is', () => {
    const given = (name: string, merged: Value, value: Value) =>
      isRenamed(label, one, { name, merged, value });
    expect(given('name', 'n', renamed('n', one))).toBe(true);
    expect(given('name', 'n', renamed('n', two))).toBe(false);
    expect(given('name', null, renamed('n', one))).toBe(false);
    expect(given('code', 'n', renamed('n', one))).toBe(false);
  });
});
