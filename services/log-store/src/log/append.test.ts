import { refKey } from '@shoal/core';
import { describe, expect, it } from 'vitest';
import { makeEntry } from '../testing/make-entry.ts';
import { planAppend } from './append.ts';

const none = () => [];
const ranks = (entries: ReturnType<typeof planAppend>) => entries.map(({ header }) => header.rank);

describe('append', () => {
  it('[DEP-1] a group is ordered parents first, deletes last and children first', () => {
    const group = [
      makeEntry({ record: 1, at: 1, rank: 3, change: 'delete' }),
      makeEntry({ record: 2, at: 2, rank: 2 }),
      makeEntry({ record: 3, at: 3, rank: 4, change: 'delete' }),
      makeEntry({ record: 4, at: 4, rank: 1, change: 'insert' }),
    ];
    expect(ranks(planAppend(group, none))).toEqual([1, 2, 4, 3]);
  });

  it('[DEP-1] entries of one record keep their order', () => {
    const first = makeEntry({ record: 1, at: 1, rank: 5 });
    const second = makeEntry({ record: 1, at: 2, rank: 5, seen: first.header.version });
    expect(planAppend([first, second], none)).toEqual([first, second]);
  });

  it('[CHG-8] an entry is skipped if and only if an entry of its record includes its version', () => {
    const entry = makeEntry({ record: 1, at: 5 });
    const heads = (...versions: (typeof entry.header.version)[]) => planAppend([entry], () => versions);
    expect(heads(entry.header.version)).toEqual([]);
    expect(heads(makeEntry({ record: 1, at: 6 }).header.version)).toEqual([]);
    expect(heads(makeEntry({ record: 1, at: 4 }).header.version)).toEqual([entry]);
    expect(heads()).toEqual([entry]);
  });

  it('[CHG-8] only the record of that model counts', () => {
    const tag = makeEntry({ record: 1, at: 5 });
    const other = makeEntry({ record: 1, at: 5, model: 'device' });
    const asked: string[] = [];
    const plan = planAppend([tag, other], (model, id) => {
      asked.push(refKey({ model, id }));
      return [];
    });
    expect(plan.length).toBe(2);
    expect(new Set(asked).size).toBe(2);
  });
});
