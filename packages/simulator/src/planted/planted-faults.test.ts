import { describe, expect, test } from 'vitest';
import { catchFault } from './catch-fault.ts';
import { plantedFaults } from './planted-faults.ts';

/** Each is caught within so many seeds, of the five hundred that are run on every test. */
const seedsMax = 120;

/*
 * The hazard: checkers that see nothing. The method: a fleet that is right but for one mistake, run by the same seeds
 * until a checker says so. That nothing is seen without a mistake is what run-scenario.test.ts shows.
 */
describe('planted faults', () => {
  test('there are more than thirty, each with the rule that it breaks', () => {
    expect(plantedFaults.length).toBeGreaterThan(30);
    for (const { rule } of plantedFaults) expect(rule).toMatch(/^[A-Z]{3}-\d+$/);
    expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
  });

  test.each(plantedFaults)(
    'caught: $name ($rule)',
    (fault) => {
      expect(catchFault(fault, seedsMax)).not.toBeNull();
    },
    60_000,
  );
});
