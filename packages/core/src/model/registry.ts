import { ShoalError } from '../errors/shoal-error.ts';
import type { ModelName } from '../ids.ts';
import { modelLevels } from '../order/levels.ts';
import { checkSpec, refuseModel } from './check-spec.ts';
import type { ModelSpec } from './spec.ts';

/** All models of a library, in dependency order. */
export interface Registry {
  /** Parents before children. */
  readonly specs: readonly ModelSpec[];
  get(model: string): ModelSpec | undefined;
  /** As get, but throws `unknown-model` naming the models there are. */
  require(model: string): ModelSpec;
  /** Position of the model in dependency order: 0 depends on nothing (DEP-1). */
  level(model: ModelName): number;
}

/** Checks the declarations against themselves and each other, and orders them. Throws `invalid-model`. */
export function createRegistry(specs: readonly ModelSpec[]): Registry {
  const specByName = new Map<string, ModelSpec>();
  const names = specs.map((spec) => spec.name).join(', ');
  for (const spec of specs) {
    if (specByName.has(spec.name)) refuseModel(spec, 'is declared twice; give one of the two another name');
    specByName.set(spec.name, spec);
  }
  for (const spec of specs) checkSpec(spec, specByName);
  const levels = modelLevels(specs);
  const ordered = [...specs].sort(
    (a, b) =>
      levels.get(a.name)! - levels.get(b.name)! || a.priority - b.priority || (a.name < b.name ? -1 : 1),
  );
  return {
    specs: ordered,
    get: (model) => specByName.get(model),
    require: (model) => {
      const spec = specByName.get(model);
      if (spec !== undefined) return spec;
      throw new ShoalError(
        'unknown-model',
        `expected one of ${names}, found ${JSON.stringify(model.slice(0, 80))}`,
        {
          field: 'model',
          model: model.slice(0, 80),
        },
      );
    },
    level: (model) => levels.get(model) ?? 0,
  };
}
