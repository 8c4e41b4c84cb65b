import { ShoalError } from '../errors/shoal-error.ts';
import type { ModelName } from '../ids.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';

/**
 * The level of each model: one more than the greatest level it depends on (DEP-1). References that show null do
 * not order, so cycles break there; self-references order records, not models. Throws `invalid-model`, naming the
 * models of a cycle that cannot be broken.
 */
export function modelLevels(specs: readonly ModelSpec[]): Map<ModelName, number> {
  const parentsByModel = new Map(specs.map((spec) => [spec.name, parentsOf(spec)]));
  const levels = new Map<ModelName, number>();
  const path: ModelName[] = [];

  function visit(model: ModelName): number {
    const known = levels.get(model);
    if (known !== undefined) return known;
    if (path.includes(model)) refuseCycle([...path.slice(path.indexOf(model)), model]);
    path.push(model);
    let level = 0;
    for (const parent of parentsByModel.get(model) ?? []) level = Math.max(level, visit(parent) + 1);
    path.pop();
    levels.set(model, level);
    return level;
  }

  for (const spec of specs) visit(spec.name);
  return levels;
}

function parentsOf(spec: ModelSpec): ModelName[] {
  const required = referencesOf(spec).filter(
    (field) => field.missing === 'wait' && field.target !== spec.name,
  );
  return [...new Set([...required.map((field) => field.target), ...spec.dependsOn])];
}

function refuseCycle(cycle: readonly ModelName[]): never {
  throw new ShoalError(
    'invalid-model',
    `models depend on each other in a circle: ${cycle.join(' → ')}; let one of the references show null`,
    { model: cycle[0]! },
  );
}
