import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import type { Value } from '../record/value.ts';
import { totalPart } from './merge-counter.ts';
import { mergeField } from './merge-field.ts';
import { pathOf, readMap } from './merge-map.ts';
import { readUnion } from './merge-union.ts';
import { counter, dotAt, parted, replicaOf, stateOf } from './testing/sheet.ts';

type Slots = Readonly<Record<string, readonly [number, number, Value][]>>;
const union = (slots: Slots) => mergeField(parted('s', 'union'), stateOf(slots));
const map = (slots: Slots) => mergeField(parted('m', 'map'), stateOf(slots));
const count = (slots: Slots) => mergeField(counter('c'), stateOf(slots));

describe('a union', () => {
  test('[MRG-3] holds every element that has a dot, in one order', () => {
    expect(union({})).toEqual({ kind: 'single', value: '[]' });
    const slots: Slots = { 's:"b"': [[0, 1, true]], 's:3': [[0, 1, true]], 's:"a"': [[1, 2, true]] };
    expect(union(slots)).toEqual({ kind: 'merged', value: '["a","b",3]' });
    expect(union({ 's:"b"': [[0, 1, true]] })).toEqual({ kind: 'single', value: '["b"]' });
  });

  test('[MRG-3] [SEC-5] shows no slot whose name is no element', () => {
    const strange = ['s:', 's:null', 's:[1]', 's:{}', 's:1.0', 's: 1', 's:x', 'other:1'];
    const slots = Object.fromEntries(
      strange.map((slot) => [slot, [[0, 1, true]] as [number, number, Value][]]),
    );
    expect(union(slots).value).toBe('[]');
  });

  test('[MRG-3] is read from an array of scalars, each once; anything else is refused', () => {
    expect(readUnion('["b", 1.0, "b", true, "a"]')).toEqual(['"a"', '"b"', '1', 'true']);
    for (const text of [
      '{}',
      '[null]',
      '[[1]]',
      '[{}]',
      '1',
      'x',
      JSON.stringify(['x'.repeat(limits.slotPartLengthMax)]),
    ])
      expect(readUnion(text)).toBeUndefined();
  });
});

describe('a map', () => {
  test('[MRG-3] is read by key path; arrays and empty objects are leaves', () => {
    expect([...readMap('{"b":{"x":1,"y":{"z":[1,{"q":2,"p":1}]}},"a":{},"c":null}')!]).toEqual([
      ['["b","x"]', '1'],
      ['["b","y","z"]', '[1,{"p":1,"q":2}]'],
      ['["a"]', '{}'],
      ['["c"]', 'null'],
    ]);
    const deep = `${'{"a":'.repeat(limits.jsonDepthMax + 1)}1${'}'.repeat(limits.jsonDepthMax + 1)}`;
    for (const text of [
      '[]',
      'null',
      '"x"',
      'x',
      deep,
      JSON.stringify({ ['k'.repeat(limits.slotPartLengthMax)]: 1 }),
    ])
      expect(readMap(text)).toBeUndefined();
  });

  test('[MRG-3] of which devices wrote different paths shows them all, keys in order', () => {
    const slots: Slots = {
      'm:["b","x"]': [[0, 1, '1']],
      'm:["a"]': [[1, 2, '"q"']],
      'm:["b","y"]': [[1, 2, '[1]']],
      'm:["__proto__","a"]': [[1, 2, 'null']],
    };
    expect(map(slots)).toEqual({
      kind: 'merged',
      value: '{"__proto__":{"a":null},"a":"q","b":{"x":1,"y":[1]}}',
    });
    expect(map({})).toEqual({ kind: 'single', value: '{}' });
  });

  test('[MRG-3] [MRG-8] of one path shows the last writer, and tells of the path', () => {
    const slots: Slots = {
      'm:["a"]': [
        [0, 1, '1'],
        [1, 2, '2'],
      ],
      'm:["b"]': [
        [0, 1, '3'],
        [1, 2, '3'],
      ],
    };
    const result = map(slots);
    expect(result).toMatchObject({ kind: 'conflict', value: '{"a":2,"b":3}' });
    expect(result.kind === 'conflict' && result.conflicts.map(({ name, winner }) => [name, winner])).toEqual([
      ['m:["a"]', dotAt(1, 2)],
    ]);
  });

  test('[MRG-3] [MRG-8] a path that leads through another: the later write stays, and what it hides is told', () => {
    const under = map({
      'm:["a"]': [[0, 1, '1']],
      'm:["a","b"]': [[1, 2, '2']],
      'm:["a","c","d"]': [[1, 2, '3']],
    });
    expect(under).toMatchObject({
      value: '{"a":{"b":2,"c":{"d":3}}}',
      conflicts: [{ name: 'm', winner: dotAt(1, 2) }],
    });
    expect(under.kind === 'conflict' && [...under.conflicts[0]!.met.keys()].sort()).toEqual([
      'm:["a","b"]',
      'm:["a","c","d"]',
      'm:["a"]',
    ]);
    const over = map({ 'm:["a"]': [[0, 3, '1']], 'm:["a","b"]': [[1, 2, '2']] });
    expect(over).toMatchObject({ kind: 'conflict', value: '{"a":1}', conflicts: [{ winner: dotAt(0, 3) }] });
  });

  test('[MRG-3] an object without keys leaves room for keys', () => {
    const slots: Slots = { 'm:["a"]': [[0, 1, '{}']], 'm:["a","b"]': [[1, 2, '2']] };
    expect(map(slots)).toEqual({ kind: 'merged', value: '{"a":{"b":2}}' });
    expect(map({ ...slots, 'm:["a"]': [[0, 3, '{}']] })).toEqual({ kind: 'merged', value: '{"a":{"b":2}}' });
    expect(map({ 'm:["a"]': [[0, 3, '{}']] }).value).toBe('{"a":{}}');
  });

  test('[MRG-3] [SEC-5] shows no slot that is no leaf', () => {
    expect(
      map({
        'm:a': [[0, 1, '1']],
        'm:{}': [[0, 1, '1']],
        'm:[]': [[0, 1, '1']],
        'm:[1]': [[0, 1, '1']],
        'm: ["a"]': [[0, 1, '1']],
        'm:["a"]': [[0, 1, 'x']],
        'm:["b"]': [[0, 1, 1]],
      }).value,
    ).toBe('{}');
    expect(pathOf('["a","b"]')).toEqual(['a', 'b']);
  });
});

describe('a counter', () => {
  const base = dotAt(0, 1);
  const total = (device: number, on = base) => `c:${totalPart(on, replicaOf(device))}`;

  test('[MRG-3] is its base and everybody’s totals on it', () => {
    expect(count({})).toEqual({ kind: 'single', value: 0 });
    expect(count({ c: [[0, 1, 5]] })).toEqual({ kind: 'single', value: 5 });
    expect(count({ c: [[0, 1, 5]], [total(0)]: [[0, 2, 2]], [total(1)]: [[1, 3, -3]] })).toEqual({
      kind: 'merged',
      value: 4,
    });
  });

  test('[MRG-3] a replica’s later total includes its earlier one', () => {
    expect(
      count({
        c: [[0, 1, 0]],
        [total(1)]: [
          [1, 3, 2],
          [1, 4, 3],
        ],
      }),
    ).toEqual({ kind: 'merged', value: 3 });
  });

  test('[MRG-3] made on two devices at once counts both', () => {
    const other = dotAt(1, 2);
    expect(
      count({
        c: [
          [0, 1, 5],
          [1, 2, 6],
        ],
        [total(0)]: [[0, 2, 1]],
        [total(0, other)]: [[0, 3, 2]],
      }).value,
    ).toBe(14);
  });

  test('[MRG-3] [MRG-8] totals on a base that is gone do not count, and are told', () => {
    const gone = total(1, dotAt(2, 1));
    expect(count({ c: [[0, 5, 1]], [gone]: [[1, 3, 7]] })).toMatchObject({
      kind: 'conflict',
      value: 1,
      conflicts: [{ name: 'c', winner: dotAt(0, 5) }],
    });
    expect(count({ [gone]: [[1, 3, 7]] })).toMatchObject({ value: 0, conflicts: [{ winner: null }] });
  });

  test('[MRG-3] [SEC-5] what is no integer counts nothing, and a sum stays within the integers', () => {
    expect(count({ c: [[0, 1, 'x']], [total(1)]: [[1, 2, 1.5]] }).value).toBe(0);
    const most = Number.MAX_SAFE_INTEGER;
    expect(count({ c: [[0, 1, most]], [total(1)]: [[1, 2, most]] }).value).toBe(most);
    expect(count({ c: [[0, 1, -most]], [total(1)]: [[1, 2, -most]] }).value).toBe(-most);
    expect(count({ c: [[0, 1, most]], [total(1)]: [[1, 2, most]], [total(2)]: [[2, 2, -most]] }).value).toBe(
      most,
    );
  });
});
