import { describe, expect, test } from 'vitest';
import { rowSheet, sheet, stateOf } from '../merge/testing/sheet.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { conflictsIn, decidedBy } from './conflicts.ts';

const two = (first: number | string, second: number | string): [number, number, number | string][] => [
  [0, 1, first],
  [1, 2, second],
];

const metIn = (spec: ModelSpec, state: RecordState) => conflictsIn(spec, state, () => ({ kind: 'shared' }));

describe('the rule that decided', () => {
  test('[MRG-3] [MRG-8] is that of the field; where nobody knows it, of a path or a counter the last writer', () => {
    const state = stateOf({
      least: two(1, 2),
      most: two(1, 2),
      first: two(1, 2),
      'data:["a"]': two('1', '2'),
    });
    const rules = metIn(sheet, state).map((conflict) => [conflict.field, decidedBy(sheet, conflict)]);
    expect(Object.fromEntries(rules)).toEqual({
      least: 'least',
      most: 'greatest',
      first: 'first-writer',
      'data:["a"]': 'last-writer',
    });
    expect(metIn(sheet, state).map((conflict) => decidedBy(undefined, conflict))).toEqual(
      Array(4).fill('last-writer'),
    );
  });

  test('[MRG-4] [MRG-8] of a delete that met values is the delete', () => {
    const state = {
      ...stateOf({ name: [[0, 1, 'x']] }),
      deletes: [stateOf({ name: [[1, 2, 'x']] }).fields.get('name')![0]!.dot],
    };
    expect(metIn(rowSheet, state).map((conflict) => decidedBy(rowSheet, conflict))).toEqual(['delete-wins']);
  });

  test('[DEP-5] [MRG-8] of a field that this program does not know is the last writer; those that agree are no conflict', () => {
    const state = stateOf({ unheard_of: two('a', 'b'), unseen: two('a', 'a'), words: two('a', 'b') });
    const [only, ...others] = metIn(sheet, state);
    expect([only!.field, decidedBy(sheet, only!), others]).toEqual(['unheard_of', 'last-writer', []]);
  });

  test('[MRG-3] [MRG-8] is not asked of parts that do not contradict each other', () => {
    const state = stateOf({ 'labels:"a"': two(1, 2), name: [[0, 1, 'x']] });
    expect(metIn(sheet, state)).toEqual([]);
  });
});
