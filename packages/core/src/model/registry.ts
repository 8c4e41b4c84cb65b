import { ShoalError } from '../errors/shoal-error.ts';
import type { ModelName } from '../ids.ts';
import { limits } from '../limits.ts';
import { modelLevels } from '../order/levels.ts';
import { type ModelSpec, referencesOf } from './spec.ts';

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
    if (specByName.has(spec.name)) refuse(spec, 'is declared twice');
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

function checkSpec(spec: ModelSpec, specByName: ReadonlyMap<string, ModelSpec>): void {
  if (!/^[a-z][a-z0-9_]*$/.test(spec.name) || spec.name.length > limits.nameLengthMax)
    refuse(spec, 'has a malformed name');
  if (spec.fields.length > limits.fieldsMax) refuse(spec, `has more than ${limits.fieldsMax} fields`);
  if (spec.deletes === 'edit-wins' && spec.granularity !== 'row') {
    refuse(spec, 'lets an edit beat a delete, which only row granularity allows (MRG-4)');
  }
  if (!Number.isInteger(spec.priority) || spec.priority < 0 || spec.priority > 255)
    refuse(spec, 'needs a priority of 0 to 255');
  const fieldNames = spec.fields.map((field) => field.name);
  if (new Set(fieldNames).size !== fieldNames.length) refuse(spec, 'has two fields of one name');
  if (fieldNames.some((name, index) => index > 0 && fieldNames[index - 1]! > name))
    refuse(spec, 'has fields out of order');
  for (const reference of referencesOf(spec)) {
    if (!specByName.has(reference.target))
      refuse(spec, `refers by "${reference.name}" to the unsynced "${reference.target}"`);
    if (reference.missing === 'null' && !reference.nullable)
      refuse(spec, `shows null by "${reference.name}", which is not nullable`);
  }
  const { ownership } = spec;
  const ownerField =
    ownership.kind === 'device' || ownership.kind === 'through' ? ownership.field : spec.scope;
  for (const field of [ownerField, spec.scope]) {
    if (field !== null && !referencesOf(spec).some((reference) => reference.name === field)) {
      refuse(spec, `names "${field}" as owner or scope, which is no reference`);
    }
  }
}

function refuse(spec: ModelSpec, reason: string): never {
  throw new ShoalError('invalid-model', `model "${spec.name}" ${reason}`, { model: spec.name });
}
