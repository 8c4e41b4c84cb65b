import { describe, expect, test } from 'vitest';
import { runScenario } from './run-scenario.ts';
import { createScenario, faultKinds } from './scenario.ts';

const seedsEach = 100;

function brokenSeeds(first: number, count: number): string[] {
  const broken: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const result = runScenario(createScenario({ seed }));
    if (result.kind === 'broken') broken.push(`seed ${seed}: ${result.message}`);
  }
  return broken;
}

/*
 * The hazard: messages that are lost, doubled, late or damaged, links that are cut, processes that die right after a
 * transaction, disks that fail a write or go back to a copy, clocks that jump, compaction in the middle of a round,
 * entries that open for nobody; all at once. The rules at stake are those of every checker in `checks/`. The method:
 * virtual time and chance out of a seed, so that each history can be run again.
 */
describe('a fleet under faults', () => {
  test.each([1, 101, 201, 301, 401])(
    '[ING-1] [ING-2] [LOG-2] [REP-2] [DEP-2] [MRG-1] a hundred histories from %i lose nothing and end equal',
    (first) => {
      expect(brokenSeeds(first, seedsEach)).toEqual([]);
    },
    60_000,
  );

  test('the same seed gives the same history', () => {
    const lines = [1, 2].map(() => {
      const heard: string[] = [];
      const scenario = createScenario({ seed: 7 });
      runScenario(scenario, { onLine: ({ atMs, device, text }) => heard.push(`${atMs} ${device} ${text}`) });
      return heard;
    });
    expect(lines[0]!.length).toBeGreaterThan(50);
    expect(lines[0]).toEqual(lines[1]);
  });

  test('each kind of fault happens within the seeds that are run', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 5 * seedsEach; seed++) {
      const { actions, noise, hubs = 0, isApart } = createScenario({ seed });
      if (hubs > 0) kinds.add(isApart ? 'hubs between members that never meet' : 'hubs');
      for (const action of actions) kinds.add(action.kind);
      for (const [kind, share] of Object.entries(noise)) if (share > 0) kinds.add(kind);
    }
    expect(kinds).toEqual(
      new Set([
        ...['write', 'crash', 'cut', 'fail-write', 'step-clock', 'freeze-clock', 'compact', 'forge'],
        ...['hubs', 'hubs between members that never meet'],
        ...[
          'pause',
          'fill-disk',
          'rot',
          'copy',
          'go-back',
          'lose-log',
          'loss',
          'duplicate',
          'damage',
          'delayMsMax',
        ],
      ]),
    );
  });

  test('without faults a fleet is equal within a heartbeat or two', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const result = runScenario(createScenario({ seed, faults: [] }));
      expect(result).toMatchObject({ kind: 'held' });
      if (result.kind === 'held') expect(result.counts.settleMs).toBeLessThan(11_000);
    }
  });

  test('a scenario of each fault alone holds', () => {
    for (const kind of faultKinds) {
      for (let seed = 1; seed <= 5; seed++) {
        expect(runScenario(createScenario({ seed, faults: [kind] })), kind).toMatchObject({ kind: 'held' });
      }
    }
  });
});
