import { describe, expect, test } from 'vitest';
import { domain, recordRef } from '../apply/testing/domain.ts';
import { libraryOf, put } from '../apply/testing/scene.ts';
import { depthFinder } from './record-depth.ts';

const tag = (index: number) => recordRef('tag', index);
const at = (ms: number) => ({ device: 0, ms });
const child = (index: number, parent: number | null, ms: number) =>
  put(
    tag(index),
    { name: `${index}`, parent: parent === null ? null : tag(parent).id, creator: null },
    at(ms),
  );

describe('the depth of a record', () => {
  test('[DEP-1] counts its parents, by whatever record it is first asked', () => {
    const library = libraryOf([child(1, null, 1), child(2, 1, 2), child(3, 2, 3)]);
    const depthOf = depthFinder(library);
    const spec = domain.require(tag(1).model);
    expect([3, 1, 2].map((index) => depthOf(spec, tag(index)))).toEqual([2, 0, 1]);
  });

  test('[DEP-1] is one for a child of a record that is not here', () => {
    const depthOf = depthFinder(libraryOf([child(2, 1, 2)]));
    expect(depthOf(domain.require(tag(2).model), tag(2))).toBe(1);
  });

  test('[DEP-1] ends where a circle closes, after one walk around it', () => {
    const library = libraryOf([child(1, 3, 1), child(2, 1, 2), child(3, 2, 3)]);
    let reads = 0;
    const record = (ref: ReturnType<typeof tag>) => {
      reads++;
      return library.record(ref);
    };
    const depthOf = depthFinder({ record });
    expect(depthOf(domain.require(tag(1).model), tag(1))).toBe(2);
    expect(reads).toBe(3);
  });

  test('[DEP-1] is none for a model without references to itself', () => {
    const spec = domain.require(recordRef('device', 0).model);
    expect(depthFinder(libraryOf())(spec, recordRef('device', 0))).toBe(0);
  });
});
