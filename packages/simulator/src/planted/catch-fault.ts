import { productionParts } from '../parts.ts';
import { type Result, runScenario } from '../run-scenario.ts';
import { createScenario, type Scenario } from '../scenario.ts';
import { readSeeds } from '../seeds.ts';
import { createWholeScenario } from '../whole-scenario.ts';
import type { PlantedFault } from './planted-fault.ts';

/** What the checkers saw of a fault, and where: the number of a seed, or the name of one that is kept. */
export interface Caught {
  readonly seed: number | string;
  readonly result: Extract<Result, { kind: 'broken' }>;
}

/** The first history in which the checkers see the fault: the kept one that it names, else of seeds 1, 2, …; or null. */
export function catchFault(fault: PlantedFault, seedsMax: number): Caught | null {
  const parts = { ...productionParts, ...fault.parts };
  for (const [seed, scenario] of scenariosFor(fault, seedsMax)) {
    const result = runScenario(scenario, { parts });
    if (result.kind === 'broken') return { seed, result };
  }
  return null;
}

function* scenariosFor(
  { keptSeed, faults, isWhole }: PlantedFault,
  seedsMax: number,
): Iterable<[number | string, Scenario]> {
  const kept = readSeeds().find(({ name }) => name === keptSeed);
  if (kept !== undefined) yield [kept.name, kept.scenario];
  for (let seed = 1; seed <= seedsMax; seed++)
    yield [seed, isWhole ? createWholeScenario({ seed }) : createScenario({ seed, faults })];
}
