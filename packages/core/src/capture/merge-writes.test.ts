import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { slotField } from '../merge/slot.ts';
import { openSheet, rowSheet, type Sheet } from '../merge/testing/sheet.ts';
import type { Value } from '../record/value.ts';
import { covers } from '../record/version.ts';

/** Two devices that know of one sheet. */
function two(fields: Readonly<Record<string, Value>> = {}, spec?: typeof rowSheet): [Sheet, Sheet] {
  const [a, b] = [openSheet(0, spec), openSheet(1, spec)];
  a.write({ name: 'made', ...fields });
  b.take(a.state());
  return [a, b];
}

function exchange(a: Sheet, b: Sheet): void {
  b.take(a.state());
  a.take(b.state());
  expect(b.row()).toEqual(a.row());
}

const slotsOf = (sheet: Sheet, field: string) =>
  [...sheet.state().fields.keys()].filter((slot) => slotField(slot) === field);

describe('a write of a union', () => {
  test('[MRG-3] is the difference to what was shown: what others put in or took out meanwhile stays so', () => {
    const [a, b] = two({ labels: '["red", "blue"]' });
    const shown = { labels: b.shows('labels')! };
    const { version } = b.state();
    a.write({ labels: '["blue","green"]' });
    b.take(a.state());
    b.write({ labels: '["red","blue","grey"]' }, { seen: version, shown });
    expect(b.shows('labels')).toBe('["blue","green","grey"]');
    exchange(a, b);
    expect(a.open()).toEqual([]);
  });

  test('[MRG-3] what is shown, given back in another text, is no change', () => {
    const [a] = two({ labels: '["b","a"]' });
    expect(a.shows('labels')).toBe('["a","b"]');
    expect(a.write({ labels: ' [ "b" , "a", "a"]' })).toEqual([]);
    expect(a.write({ labels: '["a"]' }, { shown: { labels: '["a"]' } })).toEqual([]);
  });

  test('[MRG-3] puts in what was taken out meanwhile only if it was not shown', () => {
    const [a, b] = two({ labels: '["red"]' });
    const { version } = b.state();
    a.write({ labels: '[]' });
    b.take(a.state());
    expect(b.write({ labels: '["red"]' }, { seen: version, shown: { labels: '["red"]' } })).toEqual([]);
    b.write({ labels: '["red"]' });
    expect(b.shows('labels')).toBe('["red"]');
  });

  test('[MRG-3] takes out what is not there any more, and what its writer had not seen stays', () => {
    const [a, b] = two({ labels: '["red","blue"]' });
    const reading = { seen: b.state().version, shown: { labels: '["blue","red"]' } };
    a.write({ labels: '["blue"]' });
    a.write({ labels: '[]' });
    a.write({ labels: '["blue"]' });
    b.take(a.state());
    b.write({ labels: '[]' }, reading);
    expect(b.shows('labels')).toBe('["blue"]');
  });

  test('[MRG-3] leaves nothing behind of what it takes out', () => {
    const [a] = two({ labels: '["red"]' });
    a.write({ labels: '[]' });
    expect(slotsOf(a, 'labels')).toEqual([]);
  });

  test('[MRG-1] a blind one replaces what is there, and tells what it took out', () => {
    const [a] = two({ labels: '["red"]' });
    a.write({ labels: '["blue"]' }, { seen: null });
    expect(a.shows('labels')).toBe('["blue"]');
    expect(a.blind().map(({ conflict }) => [...conflict.content.fields.keys()])).toEqual([['labels:"red"']]);
  });

  test('[SEC-5] is refused where it is no array of scalars, whatever the shown one is', () => {
    const [a] = two();
    for (const labels of ['{}', '[null]', JSON.stringify(['x'.repeat(limits.slotPartLengthMax)])])
      expect(() => a.write({ labels })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => a.write({ labels: '[1]' }, { shown: { labels: '{}' } })).toThrow(/JSON array/);
    expect(() => a.write({ data: '[]' })).toThrow(/JSON object/);
  });
});

describe('a write of a map', () => {
  test('[MRG-3] touches the paths that it changes', () => {
    const [a, b] = two({ data: '{"a":1,"b":{"c":2,"d":3}}' });
    a.write({ data: '{"a":1,"b":{"c":5,"d":3},"e":[]}' });
    b.write({ data: '{"a":1,"b":{"c":2}}' });
    exchange(a, b);
    expect(a.shows('data')).toBe('{"a":1,"b":{"c":5},"e":[]}');
    expect(a.open()).toEqual([]);
  });

  test('[MRG-3] that takes out a path that is gone already is none', () => {
    const [a, b] = two({ data: '{"a":1,"b":2}' });
    const reading = { seen: b.state().version, shown: { data: '{"a":1,"b":2}' } };
    a.write({ data: '{"b":2}' });
    b.take(a.state());
    expect(b.write({ data: '{"b":2}' }, reading)).toEqual([]);
  });

  test('[MRG-3] [MRG-8] of one path on two devices is an open conflict, until somebody writes that path', () => {
    const [a, b] = two({ data: '{"a":1}' });
    a.write({ data: '{"a":2}' });
    b.write({ data: '{"a":3}' });
    exchange(a, b);
    expect(a.open()).toEqual(['data:["a"]']);
    a.write({ data: '{"a":4}' });
    exchange(a, b);
    expect([a.open(), b.open()]).toEqual([[], []]);
    const settled = a.library.journal.map(({ state }) => state.kind === 'settled' && state.by);
    expect(settled).toEqual([a.state().fields.get('data:["a"]')![0]!.dot]);
  });

  test('[MRG-3] [MRG-8] what a path hides goes with the next write of that path, and is kept by a write of another', () => {
    const [a, b] = two({ data: '{}' });
    a.write({ data: '{"a":1}' });
    b.wait(5);
    b.write({ data: '{"a":{"b":2}}' });
    exchange(a, b);
    expect(a.shows('data')).toBe('{"a":{"b":2}}');
    a.write({ data: '{"a":{"b":2},"z":1}' });
    expect(a.open()).toEqual(['data']);
    a.write({ data: '{"a":{"b":3},"z":1}' });
    expect(a.open()).toEqual([]);
    expect(slotsOf(a, 'data').sort()).toEqual(['data:["a","b"]', 'data:["z"]']);
  });
});

describe('a write of a counter', () => {
  test('[MRG-3] adds its difference to what others added', () => {
    const [a, b] = two({ count: 10 });
    a.write({ count: 12 });
    a.write({ count: 13 });
    b.write({ count: 9 });
    exchange(a, b);
    expect(a.shows('count')).toBe(12);
    a.write({ count: 0 });
    exchange(a, b);
    expect([b.shows('count'), b.open()]).toEqual([0, []]);
    expect(slotsOf(a, 'count')).toHaveLength(3);
  });

  test('[MRG-3] by who has not seen all that it counts says what was shown, or is refused', () => {
    const [a, b] = two({ count: 10 });
    const { version } = b.state();
    a.write({ count: 15 });
    b.take(a.state());
    expect(() => b.write({ count: 11 }, { seen: version })).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        subject: expect.objectContaining({ field: 'count' }),
      }),
    );
    b.write({ count: 11 }, { seen: version, shown: { count: 10 } });
    expect(b.shows('count')).toBe(16);
  });

  test('[MRG-1] [MRG-8] a blind one counts too, and tells nobody: nothing of it is lost', () => {
    const [a, b] = two({ count: 1 });
    a.write({ count: 3 });
    b.take(a.state());
    b.write({ count: 7 });
    b.write({ count: 8 }, { seen: null });
    expect([b.shows('count'), b.blind()]).toEqual([8, []]);
  });

  test('[MRG-4] [MRG-8] after a delete begins anew; totals that the delete had not seen are told, until the next write', () => {
    const [a, b] = two({ count: 10 });
    b.write({ count: 12 });
    a.take(b.state());
    a.remove();
    b.write({ count: 13 });
    exchange(a, b);
    expect(a.open()).toEqual(['delete-beats-edit']);
    const whole = { name: 'again', first: null, high: null, least: null, most: null, words: null };
    b.replace({ ...whole, count: 1 });
    expect([b.shows('count'), b.open()]).toEqual([1, []]);
    expect(slotsOf(b, 'count')).toEqual(['count']);
  });

  test('[MRG-4] [MRG-8] totals that arrive after a record was brought back do not count, and go with the next write', () => {
    const [a, b] = two({ count: 10 });
    b.write({ count: 12 });
    a.take(b.state());
    a.remove();
    a.replace({ name: 'again', count: 1 });
    b.write({ count: 13 });
    exchange(a, b);
    expect([a.shows('count'), a.open().includes('count')]).toEqual([1, true]);
    a.write({ count: 2 });
    expect([a.shows('count'), a.open().includes('count')]).toEqual([2, false]);
  });

  test('[MRG-3] of a record that has no base yet makes one', () => {
    const [a, b] = two();
    const without = {
      ...a.state(),
      fields: new Map([...a.state().fields].filter(([name]) => name !== 'count')),
    };
    const [c, d] = [openSheet(2), openSheet(3)];
    c.take(without);
    d.take(without);
    c.write({ count: 2 });
    d.write({ count: 3 });
    exchange(c, d);
    expect(c.shows('count')).toBe(5);
    expect(b.shows('count')).toBe(0);
  });

  test('[MRG-3] and a first writer’s field that a record has nothing of are set', () => {
    const [a] = two();
    const bare = { ...a.state(), fields: new Map([...a.state().fields].filter(([name]) => name === 'name')) };
    const late = openSheet(2);
    late.take(bare);
    late.write({ first: 4, count: 1 });
    expect(late.row()).toMatchObject({ first: 4, count: 1, most: null });
  });

  test('[MRG-3] is refused where a sum would leave the integers', () => {
    const [a] = two({ count: Number.MAX_SAFE_INTEGER });
    a.write({ count: 0 });
    expect(() => a.write({ count: -1 })).toThrow(/a sum within/);
  });
});

describe('a write of other rules', () => {
  test('[MRG-3] of a first writer’s field is refused once it is set, and decides where two were first', () => {
    const [a, b] = two();
    a.write({ first: 1 });
    expect(() => a.write({ first: 2 })).toThrow(expect.objectContaining({ code: 'already-set' }));
    expect(a.write({ first: 1 })).toEqual([]);
    b.wait(5);
    b.write({ first: 3 });
    exchange(a, b);
    expect([a.shows('first'), a.open()]).toEqual([1, ['first']]);
    a.write({ first: 3 });
    exchange(a, b);
    expect([b.shows('first'), b.open()]).toEqual([3, []]);
  });

  test('[MRG-3] of a monotone field keeps the greater; of a greatest one a later write may say less', () => {
    const [a] = two({ high: 5, most: 5 });
    expect(a.write({ high: 4 })).toEqual([]);
    expect(a.write({ high: null })).toEqual([]);
    a.write({ high: 6, most: 4 });
    expect(a.row()).toMatchObject({ high: 6, most: 4 });
  });

  test('[MRG-3] [MRG-8] of the model’s own rule merges, and tells nobody', () => {
    const [a, b] = two({ words: 'one' });
    a.write({ words: 'two' });
    b.write({ words: 'three' });
    exchange(a, b);
    expect([a.shows('words'), a.open()]).toEqual(['three|two', []]);
  });
});

describe('a row', () => {
  test('[MRG-3] is written whole, but for fields that do not follow the last writer', () => {
    const [a, b] = two({ labels: '["x"]', data: '{"k":1}', count: 2, first: 7 }, rowSheet);
    const before = b.state().version;
    b.write({ name: 'theirs' });
    const changed = [...b.state().fields].filter(([, siblings]) => !covers(before, siblings[0]!.dot));
    expect(changed.map(([slot]) => slot).sort()).toEqual(['name']);
    a.write({ labels: '["x","y"]', count: 5 });
    exchange(a, b);
    expect(a.row()).toMatchObject({ labels: '["x","y"]', data: '{"k":1}', count: 5, first: 7 });
  });

  test('[MRG-4] that was deleted is brought back with what it is given of sets and maps', () => {
    const [a, b] = two({ labels: '["x","y"]', data: '{"k":1,"l":2}' }, rowSheet);
    a.remove();
    b.write({ labels: '["x","y","z"]', data: '{"k":1,"l":2,"m":3}' });
    exchange(a, b);
    a.replace({ name: 'back', labels: '["x"]', data: '{"k":1}' });
    expect(a.row()).toMatchObject({ labels: '["x"]', data: '{"k":1}', name: 'back' });
    expect(slotsOf(a, 'labels')).toEqual(['labels:"x"']);
    exchange(a, b);
  });
});
