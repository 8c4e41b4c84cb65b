import { describe, expect, test } from 'vitest';
import { runScenario } from './run-scenario.ts';
import { createWholeScenario } from './whole-scenario.ts';

const seedsEach = 100;

function brokenSeeds(first: number, onText?: (text: string) => void): string[] {
  const broken: string[] = [];
  const options = onText === undefined ? {} : { onLine: ({ text }: { text: string }) => onText(text) };
  for (let seed = first; seed < first + seedsEach; seed++) {
    const result = runScenario(createWholeScenario({ seed }), options);
    if (result.kind === 'broken') broken.push(`seed ${seed}: ${result.message}`);
  }
  return broken;
}

/*
 * The hazard: what people do with the built-in models beside writing. They decide what met, each on the device that is at
 * hand, two of them differently at once; put things together that have two parents; keep rows to themselves until they
 * open them; write what is there once more; and run different programs. The rules at stake are MRG-8, DEP-3, DEP-5 and
 * CHG-9, and those of every other history. The method: as in run-scenario.test.ts; at the end, when all are equal, what
 * is open is decided, and looked for on every device.
 */
describe('a fleet whose people do all that the built-in models allow', () => {
  test('[MRG-8] [CHG-9] [DEP-3] [DEP-5] a hundred histories end equal, and all of it happens in them', () => {
    const heard = new Set<string>();
    const broken = brokenSeeds(1, (text) => {
      const [, decided] = /^((?:keeps|flips|restores) \S+) of [^:]*$/.exec(text) ?? [];
      const [, what, model] = /^(puts|deletes|writes|is) ([a-z]+)/.exec(text) ?? [];
      if (!/: [a-z]+-[a-z]+$/.test(text)) heard.add(decided ?? `${what} ${model}`);
    });
    expect(broken).toEqual([]);
    expect([...heard]).toEqual(
      expect.arrayContaining([
        ...['keeps siblings', 'flips siblings', 'restores siblings'],
        ...['keeps delete-beats-edit', 'flips delete-beats-edit', 'restores delete-beats-edit'],
        ...['keeps orphaned', 'restores blind-write'],
        ...['keeps owner-changed', 'restores owner-changed'],
        ...['puts album', 'deletes album', 'puts piece', 'deletes piece', 'puts about', 'puts badge'],
        ...['is upgraded', 'puts sticker', 'writes leaflet'],
      ]),
    );
  }, 60_000);

  test.each([101, 201, 301, 401])(
    '[MRG-8] [ING-1] [DEP-2] a hundred histories from %i end equal, and what was decided is shown everywhere and open nowhere',
    (first) => {
      expect(brokenSeeds(first)).toEqual([]);
    },
    60_000,
  );
});
