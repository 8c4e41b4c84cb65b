import { describe, expect, test } from 'vitest';
import { model, text } from '../apply/testing/domain.ts';
import { counter, integer, parted, sheet, words } from '../merge/testing/sheet.ts';
import { createRegistry } from './registry.ts';
import type { ModelSpec, ValueField } from './spec.ts';

const shared = { kind: 'shared' } as const;
const json = (name: string, merge: ValueField['merge']): ValueField => ({
  ...parted(name, 'map'),
  ...(merge === undefined ? {} : { merge }),
});
const of = (field: ValueField, more: Partial<ModelSpec> = {}) => model('bad', shared, [field], more);

describe('a registry', () => {
  test('[MRG-3] takes every rule on a field that can hold what it gives', () => {
    expect(createRegistry([sheet]).specs).toEqual([sheet]);
    expect(() =>
      createRegistry([model('fine', shared, [words], { deletes: 'edit-wins', granularity: 'row' })]),
    ).not.toThrow();
  });

  test.each<[string, ModelSpec, string]>([
    [
      'a greatest value of what has no order',
      of(json('n', 'max')),
      '"n" by "max", and its values have no order',
    ],
    ['a least value of bytes', of({ ...text('n'), kind: 'blob', merge: 'min' }), 'no order'],
    ['a union of texts', of({ ...text('n'), merge: 'union' }), 'not of the kind json'],
    ['a map that may be null', of({ ...json('n', 'map'), nullable: true }), 'may be null'],
    ['a union that is no array by default', of(json('n', 'union')), 'its default is not []'],
    [
      'a map that is no object by default',
      of({ ...parted('n', 'union'), merge: 'map' }),
      'its default is not {}',
    ],
    ['a counter that begins at one', of({ ...counter('n'), default: 1 }), 'its default is not 0'],
    ['a counter of halves', of({ ...counter('n'), kind: 'number' }), 'not of the kind integer'],
    [
      'a counter where edits beat deletes',
      of(counter('n'), { granularity: 'row', deletes: 'edit-wins' }),
      'and an edit beats a delete',
    ],
    [
      'a unique value that is merged otherwise than by the last writer',
      of(integer('n', 'max'), { uniques: [{ fields: ['n'], policy: 'hold' }] }),
      'unique by "n", which is not merged by the last writer',
    ],
    [
      'a unique value with a rule of its own',
      of({ ...words, name: 'n' }, { uniques: [{ fields: ['n'], policy: 'hold' }] }),
      'not merged by the last writer',
    ],
  ])('[MRG-3] refuses %s', (_what, spec, message) => {
    expect(() => createRegistry([spec])).toThrow(
      expect.objectContaining({ code: 'invalid-model', message: expect.stringContaining(message) }),
    );
  });
});
