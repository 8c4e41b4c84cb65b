import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SyncFacts, type SyncStateName, syncStateOf } from './sync-state.ts';

const ready: SyncFacts = {
  isPaused: false,
  isStale: false,
  hasLooked: true,
  backfill: 'done',
  behind: 0,
  unapplied: 0,
};
const facts: fc.Arbitrary<SyncFacts> = fc.record({
  isPaused: fc.boolean(),
  isStale: fc.boolean(),
  hasLooked: fc.boolean(),
  backfill: fc.constantFrom('never', 'running', 'done'),
  behind: fc.nat(2),
  unapplied: fc.nat(2),
});
/** What has to come true for a state to end. */
const wayOut: { readonly [Name in Exclude<SyncStateName, 'ready'>]: Partial<SyncFacts> } = {
  paused: { isPaused: false },
  stale: { isStale: false },
  uninitialised: { hasLooked: true },
  backfilling: { backfill: 'done' },
  'catching-up': { behind: 0, unapplied: 0 },
};

test.each<[SyncStateName, Partial<SyncFacts>]>([
  ['ready', {}],
  ['ready', { backfill: 'never' }],
  ['catching-up', { behind: 1 }],
  ['catching-up', { unapplied: 1 }],
  ['backfilling', { backfill: 'running', behind: 5 }],
  ['uninitialised', { hasLooked: false, unapplied: 3 }],
  ['stale', { isStale: true, backfill: 'running' }],
  ['paused', { isPaused: true, isStale: true }],
])('[ING-4] %s is what %o means', (state, changed) => {
  expect(syncStateOf({ ...ready, ...changed })).toBe(state);
});

test('[ING-4] [REP-4] every state ends with the fact that led to it, and all ways end in ready', () => {
  fc.assert(
    fc.property(facts, (start) => {
      let now = start;
      const passed: SyncStateName[] = [];
      for (let state = syncStateOf(now); state !== 'ready'; state = syncStateOf(now)) {
        expect(passed).not.toContain(state);
        passed.push(state);
        now = { ...now, ...wayOut[state] };
      }
    }),
  );
});
