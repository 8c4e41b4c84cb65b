import { describe, expect, test } from 'vitest';
import { createRegistry } from '../model/registry.ts';
import { createMemoryLibrary } from './memory-library.ts';
import { planApply } from './plan-apply.ts';
import { domain, recordRef } from './testing/domain.ts';
import { changesOf } from './testing/history.ts';
import { apply, libraryOf, put, remove, shownField } from './testing/scene.ts';

const tag = recordRef('tag', 1);
const first = put(tag, { name: 'first', creator: null, parent: null }, { device: 0, ms: 1 });
const onA = put(tag, { name: 'on A' }, { device: 0, ms: 2 }, first);
const onB = put(tag, { name: 'on B' }, { device: 1, ms: 3 }, first);

describe('a batch', () => {
  test('[MRG-2] skips what is included, takes what includes, joins what is concurrent', () => {
    const library = libraryOf([first]);
    expect(apply(library, [first]).counts).toEqual({ skipped: 1, taken: 0, merged: 0, conflicting: 0 });
    expect(apply(library, [onA, onB]).counts).toEqual({ skipped: 0, taken: 1, merged: 0, conflicting: 1 });
    expect(library.record(tag)?.state.fields.get('name')).toHaveLength(2);
    expect(shownField(library, tag, 'name')).toBe('on B');
  });

  test('[DEP-5] [MRG-2] what is concurrent of a model that is not known is merged, and no conflict yet', () => {
    const registry = createRegistry([domain.require('device')]);
    const library = createMemoryLibrary();
    apply(library, [first], registry);
    expect(apply(library, [onA, onB], registry).counts).toMatchObject({
      taken: 1,
      merged: 1,
      conflicting: 0,
    });
    expect(library.journal).toEqual([]);
  });

  test('[MRG-2] does not open what is included', () => {
    const library = libraryOf([first, onA]);
    const [change] = changesOf([first]);
    const sealed = { ...change!, open: () => expect.unreachable('opened') };
    expect(planApply(domain, library, [sealed]).counts.skipped).toBe(1);
  });

  test('[ING-3] puts aside what does not open, with the reason, and applies the rest', () => {
    const error = new Error('no key');
    const [bad, good] = changesOf([onA, put(recordRef('tag', 2), { name: 'good' }, { device: 0, ms: 9 })]);
    const library = createMemoryLibrary();
    const sealed = {
      ...bad!,
      open: () => {
        throw error;
      },
    };
    const plan = planApply(domain, library, [sealed, good!]);
    library.carryOut(plan);
    expect(plan.quarantined).toEqual([{ index: 0, error }]);
    expect([...library.records.keys()]).toEqual([`tag/${recordRef('tag', 2).id}`]);
  });

  test('[ING-1] a write and its delete in one batch leave nothing to show', () => {
    const library = createMemoryLibrary();
    const { view } = apply(library, [first, remove(first, { device: 1, ms: 5 })]);
    expect(view).toEqual({
      shown: [],
      hidden: [{ kind: 'gone', ref: tag, wasVisible: false }],
      uniqueValues: [],
    });
  });

  test('[ING-1] an empty batch plans nothing', () => {
    const plan = planApply(domain, createMemoryLibrary(), []);
    expect(plan.stored).toEqual([]);
    expect(plan.view).toEqual({ shown: [], hidden: [], uniqueValues: [] });
  });
});
