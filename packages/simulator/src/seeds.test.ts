import { describe, expect, test } from 'vitest';
import { runScenario } from './run-scenario.ts';
import { readSeeds } from './seeds.ts';

describe('seeds that once failed', () => {
  test.each(readSeeds())('hold: $name ($rule)', ({ scenario }) => {
    expect(runScenario(scenario)).toMatchObject({ kind: 'held' });
  });
});
