import { mergeRuleOf } from '../merge/merge-rule.ts';
import type { FieldSpec, ModelSpec } from './spec.ts';

const orderedKinds = ['text', 'integer', 'number', 'boolean'];

/** Checks that every field can hold what its merge rule makes of it (MRG-3, MRG-7); `refuse` throws. */
export function checkMerges(spec: ModelSpec, refuse: (reason: string) => never): void {
  for (const field of spec.fields) {
    const unfit = unfitness(spec, field);
    if (unfit !== undefined)
      refuse(`merges "${field.name}" by "${String(mergeRuleOf(field))}", ${unfit} (MRG-3)`);
  }
  for (const { name } of spec.fields.filter((field) => mergeRuleOf(field) !== 'last')) {
    // Who has a value is judged by the last writer's (MRG-7).
    if (spec.uniques.some(({ fields }) => fields.includes(name)))
      refuse(`is unique by "${name}", which is not merged by the last writer`);
  }
}

/** Why the field cannot have its rule, if so. */
function unfitness(spec: ModelSpec, field: FieldSpec): string | undefined {
  const rule = mergeRuleOf(field);
  if (typeof rule === 'function') return undefined;
  switch (rule) {
    case 'last':
    case 'first':
      return undefined;
    case 'max':
    case 'min':
    case 'monotone':
      return orderedKinds.includes(field.kind) ? undefined : 'and its values have no order';
    case 'union':
      return partsUnfitness(field, 'json', '[]');
    case 'map':
      return partsUnfitness(field, 'json', '{}');
    case 'counter':
      // A delete takes the base of a counter away: there would be nothing left to count on.
      if (spec.deletes === 'edit-wins') return 'and an edit beats a delete';
      return partsUnfitness(field, 'integer', 0);
  }
}

function partsUnfitness(
  field: FieldSpec,
  kind: FieldSpec['kind'],
  empty: string | number,
): string | undefined {
  if (field.kind !== kind) return `and is not of the kind ${kind}`;
  if (field.nullable) return 'and may be null';
  return field.default === empty ? undefined : `and its default is not ${empty}`;
}
