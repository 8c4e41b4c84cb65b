import { describe, expect, test } from 'vitest';
import { runScenario } from './run-scenario.ts';
import { createWholeScenario } from './whole-scenario.ts';

const seedsEach = 100;

function brokenSeeds(first: number, count: number): string[] {
  const broken: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const result = runScenario(createWholeScenario({ seed }));
    if (result.kind === 'broken') broken.push(`seed ${seed}: ${result.message}`);
  }
  return broken;
}

/*
 * The hazard: what people do with the built-in models beside writing: they decide what met, each on the device that is at
 * hand, two of them differently at once. The rule at stake is MRG-8, and all those of every other history. The method: as in
 * run-scenario.test.ts; at the end, when all are equal, what is open is decided, and looked for on every device.
 */
describe('a fleet whose people do all that the built-in models allow', () => {
  test.each([1, 101, 201, 301, 401])(
    '[MRG-8] [ING-1] [DEP-2] a hundred histories from %i end equal, and what was decided is shown everywhere and open nowhere',
    (first) => {
      expect(brokenSeeds(first, seedsEach)).toEqual([]);
    },
    60_000,
  );

  test('[MRG-8] within a hundred seeds conflicts of every kind are decided, in every way', () => {
    const heard = new Set<string>();
    for (let seed = 1; seed <= seedsEach; seed++) {
      const onLine = ({ text }: { text: string }) => {
        const [, decided] = /^((?:keeps|flips|restores) \S+) of [^:]*$/.exec(text) ?? [];
        if (decided !== undefined) heard.add(decided);
      };
      runScenario(createWholeScenario({ seed }), { onLine });
    }
    expect([...heard]).toEqual(
      expect.arrayContaining([
        ...['keeps siblings', 'flips siblings', 'restores siblings'],
        ...['keeps delete-beats-edit', 'flips delete-beats-edit', 'restores delete-beats-edit'],
        ...['keeps orphaned', 'restores blind-write'],
      ]),
    );
  });
});
