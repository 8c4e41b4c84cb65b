import { productionParts } from '../parts.ts';
import { type Result, runScenario } from '../run-scenario.ts';
import { createScenario } from '../scenario.ts';
import type { PlantedFault } from './planted-fault.ts';

/** The first of the seeds 1, 2, … in which the checkers see the fault, and what they saw; null: none of them. */
export function catchFault(
  fault: PlantedFault,
  seedsMax: number,
): { readonly seed: number; readonly result: Extract<Result, { kind: 'broken' }> } | null {
  const parts = { ...productionParts, ...fault.parts };
  for (let seed = 1; seed <= seedsMax; seed++) {
    const result = runScenario(createScenario({ seed, faults: fault.faults }), { parts });
    if (result.kind === 'broken') return { seed, result };
  }
  return null;
}
