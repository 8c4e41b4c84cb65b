import { describe, expect, test } from 'vitest';
import { drawHistory } from './draw-history.ts';
import { productionParts } from './parts.ts';
import { plantedFaults } from './planted/planted-faults.ts';
import { type HistoryLine, runScenario } from './run-scenario.ts';
import { createScenario, type Scenario } from './scenario.ts';
import { shrinkScenario } from './shrink-scenario.ts';

const fault = plantedFaults.find(
  ({ name }) => name === 'a write has seen what is there when it is flushed, not what it loaded',
)!;
const parts = { ...productionParts, ...fault.parts };

function firstBroken(): { readonly scenario: Scenario; readonly rule: string } {
  for (let seed = 1; ; seed++) {
    const scenario = createScenario({ seed });
    const result = runScenario(scenario, { parts });
    if (result.kind === 'broken') return { scenario, rule: result.rule };
  }
}

describe('a seed that fails', () => {
  test('is shrunk to a few actions that break the same rule', () => {
    const { scenario, rule } = firstBroken();
    const small = shrinkScenario(scenario, rule, parts);
    expect(small.actions.length).toBeLessThan(scenario.actions.length / 2);
    expect(runScenario(small, { parts })).toMatchObject({ kind: 'broken', rule });
  });

  test('is drawn with time running down and a column for each device', () => {
    const lines: HistoryLine[] = [
      { atMs: 5, device: 1, text: 'appends 1:tag7' },
      { atMs: 9, device: null, text: 'the faults end' },
    ];
    const [head, first, second] = drawHistory(lines, 2).split('\n');
    expect(head).toMatch(/device 0 +device 1/);
    expect(first?.indexOf('appends')).toBe(head?.indexOf('device 1'));
    expect(second).toContain('── the faults end ──');
  });
});
