import { mergedValue } from '../merge/merge-field.ts';
import { partRuleOf } from '../merge/merge-rule.ts';
import type { FieldSpec, ModelSpec } from '../model/spec.ts';
import type { RecordState } from './state.ts';
import type { Value } from './value.ts';

/**
 * Whether the record exists for people: no delete dot is in force (MRG-4). Models that declare that an edit beats
 * a concurrent delete are alive also while a value outlived the delete.
 */
export function isAlive(spec: Pick<ModelSpec, 'deletes'>, state: RecordState): boolean {
  if (state.deletes.length === 0) return true;
  return spec.deletes === 'edit-wins' && state.fields.size > 0;
}

/** The view of one field: by its rule the value of its siblings, or the default where nobody wrote (MRG-3). */
export function viewField(field: FieldSpec, state: RecordState): Value {
  const siblings = state.fields.get(field.name);
  // Nearly all: one value of a field that is merged as one.
  if (siblings?.length === 1 && partRuleOf(field) === undefined) return siblings[0]!.value;
  return mergedValue(field, state);
}

/** The view of every synced field, by name. References as UUIDs, whether their targets are visible or not. */
export function viewOf(spec: ModelSpec, state: RecordState): Map<string, Value> {
  const row = new Map<string, Value>();
  for (const field of spec.fields) row.set(field.name, viewField(field, state));
  return row;
}
