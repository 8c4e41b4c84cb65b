import { describe, expect, test } from 'vitest';
import { text } from '../apply/testing/domain.ts';
import type { Value } from '../record/value.ts';
import { mergeField } from './merge-field.ts';
import { foldMerge, type MergeFunction, type MergeRule } from './merge-rule.ts';
import { isGreater, mergeSiblings } from './merge-siblings.ts';
import { dotAt, integer, stateOf } from './testing/sheet.ts';

const of = (merge: MergeRule, ...siblings: [number, number, Value][]) =>
  mergeField(integer('n', merge), stateOf({ n: siblings }));
const ofText = (merge: MergeFunction, ...siblings: [number, number, Value][]) =>
  mergeField({ ...text('n'), merge }, stateOf({ n: siblings }));

describe('siblings of one field', () => {
  test('[MRG-3] nobody wrote, one wrote, or all agree: no conflict, whatever the rule', () => {
    for (const merge of ['last', 'max', 'min', 'monotone', 'first'] as const) {
      expect(mergeField(integer('n', merge), stateOf({}))).toEqual({ kind: 'single', value: null });
      expect(of(merge, [1, 5, 7])).toEqual({ kind: 'single', value: 7 });
      expect(of(merge, [1, 5, 7], [2, 6, 7])).toEqual({ kind: 'single', value: 7 });
    }
  });

  const three: [number, number, Value][] = [
    [0, 3, 2],
    [1, 2, 9],
    [2, 1, 4],
  ];
  test.each([
    ['last', 2, dotAt(0, 3), 'last-writer'],
    ['max', 9, dotAt(1, 2), 'greatest'],
    ['monotone', 9, dotAt(1, 2), 'greatest'],
    ['min', 2, dotAt(0, 3), 'least'],
    ['first', 4, dotAt(2, 1), 'first-writer'],
  ] as const)('[MRG-3] by %s: one is shown, the others are a conflict', (merge, value, winner, decidedBy) => {
    const result = of(merge, ...three);
    expect(result).toMatchObject({ kind: 'conflict', value, conflicts: [{ name: 'n', winner, decidedBy }] });
    expect(result.kind === 'conflict' && result.conflicts[0]!.met.get('n')).toHaveLength(3);
  });

  test('[MRG-3] null is less than all, and no least value', () => {
    const siblings: [number, number, Value][] = [
      [0, 3, null],
      [1, 2, 9],
      [2, 1, 4],
    ];
    expect(of('max', ...siblings)).toMatchObject({ value: 9 });
    expect(of('min', ...siblings)).toMatchObject({ value: 4 });
  });

  test('[MRG-3] of equal ones the latest wins', () => {
    expect(of('max', [0, 3, 9], [1, 2, 9], [2, 1, 4])).toMatchObject({
      conflicts: [{ winner: dotAt(0, 3) }],
    });
    expect(of('min', [0, 3, 4], [1, 2, 9], [2, 1, 4])).toMatchObject({
      conflicts: [{ winner: dotAt(0, 3) }],
    });
  });

  test('[MRG-3] who left a field at its default was not first', () => {
    expect(of('first', [0, 1, null], [1, 2, 5])).toEqual({ kind: 'merged', value: 5 });
    expect(of('first', [0, 1, null], [1, 2, 5], [2, 3, 6])).toMatchObject({ kind: 'conflict', value: 5 });
  });

  test('[MRG-3] values of any kind have one order', () => {
    const ordered: Value[] = [null, false, true, -1, 0, 3, '', 'a', 'b', new Uint8Array([1])];
    for (const [at, a] of ordered.entries()) {
      for (const [other, b] of ordered.entries()) expect(isGreater(a, b)).toBe(at > other);
    }
    expect(isGreater(new Uint8Array([2]), new Uint8Array([1]))).toBe(true);
  });

  test('[MRG-3] a field that is merged in parts, written as one by a strange program, follows the last writer', () => {
    const siblings = stateOf({
      n: [
        [0, 1, 'x'],
        [1, 2, 'y'],
      ],
    }).fields.get('n')!;
    for (const merge of ['union', 'map', 'counter'] as const) {
      expect(mergeSiblings({ ...text('n'), merge }, siblings)).toMatchObject({
        value: 'y',
        decidedBy: 'last-writer',
      });
    }
  });
});

describe('a model’s own rule', () => {
  const joined = foldMerge((local, remote) => `${local}+${remote}`);

  test('[MRG-3] is folded in the order of stamps, and leaves nothing out', () => {
    expect(ofText(joined, [0, 2, 'b'], [1, 3, 'c'], [2, 1, 'a'])).toEqual({ kind: 'merged', value: 'a+b+c' });
    expect(ofText(joined, [0, 2, 'b'])).toEqual({ kind: 'single', value: 'b' });
  });

  test('[MRG-3] may say that something is left out, and by whose value', () => {
    const shortest: MergeFunction = (siblings) => {
      const [value] = siblings.map((sibling) => String(sibling.value)).sort((a, b) => a.length - b.length);
      return { kind: 'conflict', value: value! };
    };
    const result = ofText(shortest, [0, 2, 'long'], [1, 1, 'x']);
    expect(result).toMatchObject({
      value: 'x',
      conflicts: [{ winner: dotAt(1, 1), decidedBy: 'model-rule' }],
    });
    const neither: MergeFunction = () => ({ kind: 'conflict', value: 'neither' });
    expect(ofText(neither, [0, 2, 'b'], [1, 1, 'a'])).toMatchObject({
      value: 'neither',
      conflicts: [{ winner: null }],
    });
  });

  const fails: [string, MergeFunction][] = [
    [
      'throws',
      () => {
        throw new Error('no rule for this');
      },
    ],
    ['answers nothing', () => undefined as never],
    ['merges to what the field cannot hold', () => ({ kind: 'merged', value: 5 })],
    ['decides for what the field cannot hold', () => ({ kind: 'conflict', value: true })],
    ['answers a result of no kind', () => ({ kind: 'neither', value: 'a' }) as never],
  ];
  test.each(fails)('[MRG-3] that %s leaves the last writer, and the journal says so', (_what, merge) => {
    expect(ofText(merge, [0, 2, 'b'], [1, 1, 'a'])).toMatchObject({
      kind: 'conflict',
      value: 'b',
      conflicts: [{ winner: dotAt(0, 2), decidedBy: 'model-rule-failed' }],
    });
  });

  test('[MRG-3] may give null where the field can be null', () => {
    const none: MergeFunction = () => ({ kind: 'merged', value: null });
    expect(ofText(none, [0, 2, 'b'], [1, 1, 'a'])).toEqual({ kind: 'merged', value: null });
  });
});
