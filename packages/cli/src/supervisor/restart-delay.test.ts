import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restartDelayMs } from './restart-delay.ts';

test('a restart never waits longer than five seconds, however often a child ended', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, random) => {
        const delayMs = restartDelayMs(failures, random);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThan(5_000);
      },
    ),
  );
});

test('the first restart comes after 100 ms, later ones are spread', () => {
  expect(restartDelayMs(1, 0.99)).toBe(100);
  expect(restartDelayMs(2, 0.5)).toBe(200);
  expect(restartDelayMs(20, 0)).toBe(0);
  expect(restartDelayMs(20, 0.5)).toBe(2_500);
});
