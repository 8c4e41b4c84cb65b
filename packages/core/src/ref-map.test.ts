import { describe, expect, test } from 'vitest';
import type { RecordRef } from './ids.ts';
import { RefMap } from './ref-map.ts';

const ref = (model: string, id: string) => ({ model, id }) as RecordRef;

describe('a map by records', () => {
  test('finds a value by another reference to the same record, and by no other', () => {
    const map = new RefMap<number>();
    map.set(ref('tag', 'a'), 1);
    map.set(ref('tag', 'b'), 2);
    map.set(ref('album', 'a'), 3);
    expect([map.get(ref('tag', 'a')), map.get(ref('tag', 'b')), map.get(ref('album', 'a'))]).toEqual([
      1, 2, 3,
    ]);
    expect([map.get(ref('album', 'b')), map.get(ref('entry', 'a'))]).toEqual([undefined, undefined]);
    expect([map.has(ref('album', 'b')), map.has(ref('entry', 'a')), map.has(ref('tag', 'b'))]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('tells its values model by model', () => {
    const map = new RefMap<number>();
    expect([...map.values()]).toEqual([]);
    map.set(ref('tag', 'a'), 1);
    map.set(ref('album', 'a'), 2);
    map.set(ref('entry', 'a'), 3);
    map.set(ref('tag', 'b'), 4);
    expect([...map.values()]).toEqual([1, 4, 2, 3]);
  });

  test('forgets what is deleted, once', () => {
    const map = new RefMap<number>();
    expect(map.delete(ref('tag', 'a'))).toBe(false);
    map.set(ref('tag', 'a'), 1);
    map.set(ref('tag', 'a'), 2);
    expect([...map.values()]).toEqual([2]);
    expect([map.delete(ref('tag', 'a')), map.delete(ref('tag', 'a'))]).toEqual([true, false]);
    expect([...map.values()]).toEqual([]);
  });
});
