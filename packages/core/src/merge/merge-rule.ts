import type { FieldSpec, ModelSpec } from '../model/spec.ts';
import type { Sibling } from '../record/state.ts';
import type { Value } from '../record/value.ts';

/** What a model's own rule makes of siblings: a value in which all of them are, or one that leaves some of them out. */
export type Merged =
  | { readonly kind: 'merged'; readonly value: Value }
  | { readonly kind: 'conflict'; readonly value: Value };

/**
 * A model's own rule (MRG-3): what siblings that disagree give, the latest first. It must be pure and the same in every
 * program of the library: devices that hold the same siblings have to show the same. What it throws, or answers that the
 * field cannot hold, is as if there were no rule: the last writer is shown, and the journal says so.
 */
export type MergeFunction = (siblings: readonly Sibling[]) => Merged;

/**
 * How the siblings of a field become its view (MRG-3). `last`, the default: the latest. `max` and `min`: of concurrent
 * values; a later write may say less. `monotone`: as `max`, and capture keeps the greater. `first`: the earliest that
 * set it; a later write is refused. `union`: a JSON array of scalars, add wins by element. `map`: a JSON object, by key
 * path. `counter`: an integer to which everybody's differences are added. Or the model's own function.
 */
export type MergeRule =
  | 'last'
  | 'max'
  | 'min'
  | 'monotone'
  | 'first'
  | 'union'
  | 'map'
  | 'counter'
  | MergeFunction;

/** Rules whose fields have dots by part, each in a slot of its own. */
export type PartRule = 'union' | 'map' | 'counter';

/** The rule of a field; references follow the last writer. */
export function mergeRuleOf(field: FieldSpec): MergeRule {
  return field.kind === 'reference' ? 'last' : (field.merge ?? 'last');
}

/** The rule by which a field is merged in parts; undefined where it is merged as one. */
export function partRuleOf(field: FieldSpec): PartRule | undefined {
  const rule = mergeRuleOf(field);
  return rule === 'union' || rule === 'map' || rule === 'counter' ? rule : undefined;
}

const partedBySpec = new WeakMap<ModelSpec, readonly FieldSpec[]>();

/** The fields of a model that are merged in parts. Found once per spec: every state that is looked at asks. */
export function partedFieldsOf(spec: ModelSpec): readonly FieldSpec[] {
  let fields = partedBySpec.get(spec);
  if (fields === undefined) {
    fields = spec.fields.filter((field) => partRuleOf(field) !== undefined);
    partedBySpec.set(spec, fields);
  }
  return fields;
}

/**
 * A rule out of a function of two values, folded in the order of stamps, the earliest first (S0-11): `local` is what the
 * earlier ones gave, `remote` the next. It says that nothing is left out.
 */
export function foldMerge(merge: (local: Value, remote: Value) => Value): MergeFunction {
  return (siblings) => {
    const values = siblings.map(({ value }) => value).reverse();
    return { kind: 'merged', value: values.reduce((local, remote) => merge(local, remote)) };
  };
}
