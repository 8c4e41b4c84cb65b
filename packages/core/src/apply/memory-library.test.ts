import { describe, expect, test } from 'vitest';
import { createMemoryLibrary } from './memory-library.ts';
import { planApply } from './plan-apply.ts';
import { deviceId, domain, recordRef } from './testing/domain.ts';
import { changesOf } from './testing/history.ts';
import { libraryOf, put, remove } from './testing/scene.ts';
import type { ViewPlan } from './view-plan.ts';

const mine = { device: 1, ms: 1 };
const device = put(recordRef('device', 1), { name: 'A' }, mine);
const place = put(recordRef('place', 1), { device: deviceId(1), name: 'home', root: null }, mine);
const tag = put(recordRef('tag', 1), { name: 't', creator: deviceId(1), parent: null }, mine);
const gone = remove(device, { device: 1, ms: 2 });

/** A plan for an empty library, as `change` makes it. */
function wrong(change: (view: ViewPlan) => ViewPlan, entries = [device, place]) {
  const plan = planApply(domain, createMemoryLibrary(), changesOf(entries));
  return { stored: plan.stored, view: change(plan.view) };
}

describe('a library in maps', () => {
  test('[DEP-2] refuses a row that refers to one that is not there yet', () => {
    const plan = wrong((view) => ({ ...view, shown: [...view.shown].reverse() }));
    expect(() => createMemoryLibrary().carryOut(plan)).toThrow('is shown before device');
  });

  test('[DEP-2] refuses a plan that is wrong about what was visible', () => {
    const plan = wrong((view) => view);
    expect(() => libraryOf([device]).carryOut(plan)).toThrow('wrong about what was visible');
    const hiding = {
      shown: [],
      hidden: [{ kind: 'gone', ref: device.ref, wasVisible: true }],
      uniqueValues: [],
    } as const;
    expect(() => createMemoryLibrary().carryOut({ stored: [], view: hiding })).toThrow('wrong about');
  });

  test('[DEP-2] refuses to take a row from below one that requires it, or to leave one that refers to it', () => {
    const hiding = planApply(domain, libraryOf([device]), changesOf([gone])).view;
    const requiring = libraryOf([device, place]);
    expect(() => requiring.carryOut({ stored: [], view: hiding })).toThrow('goes before place');
    const referring = libraryOf([device, tag]);
    expect(() => referring.carryOut({ stored: [], view: hiding })).toThrow('still referred to');
  });
});
