import { ShoalError } from '../errors/shoal-error.ts';
import { canonicalMap } from '../merge/merge-map.ts';
import { mergeRuleOf, partedFieldsOf, partRuleOf } from '../merge/merge-rule.ts';
import { agree, isGreater } from '../merge/merge-siblings.ts';
import { formatUnion, readUnion } from '../merge/merge-union.ts';
import { type FieldSpec, fieldOf, type ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { viewField } from '../record/view.ts';

/** Checked values as the view would show them: of a set or a map there are many texts, and one that is shown. */
export function canonicalFields(
  spec: ModelSpec,
  fields: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const parted = partedFieldsOf(spec).filter(({ name }) => fields.has(name));
  if (parted.length === 0) return fields;
  return new Map([...fields, ...parted.map((field) => [field.name, canonical(field, fields)] as const)]);
}

/**
 * A row of a row-granular model: the fields that follow the last writer, together. Those of other rules are written when
 * they change: what one of them means does not hang on the rest of the row (MRG-3).
 */
export function withRow(
  spec: ModelSpec,
  merged: ReadonlyMap<string, Value>,
  changed: ReadonlyMap<string, Value>,
): Map<string, Value> {
  const row = new Map(merged);
  for (const field of spec.fields) if (mergeRuleOf(field) !== 'last') row.delete(field.name);
  for (const [name, value] of changed) row.set(name, value);
  return row;
}

/**
 * Whether a value that differs from what is shown goes into the record: of `monotone` fields capture keeps the greater
 * (MRG-3). Throws `already-set` for another value of a field that keeps its first one; where several were first, without
 * knowledge of each other, a write decides between them.
 */
export function isWritten(spec: ModelSpec, here: RecordState, name: string, value: Value): boolean {
  const field = fieldOf(spec, name)!;
  switch (mergeRuleOf(field)) {
    case 'monotone':
      return isGreater(value, viewField(field, here));
    case 'first': {
      const set = (here.fields.get(name) ?? []).filter((s) => !sameValue(s.value, field.default));
      if (set.length > 0 && agree(set)) refuseSecond(spec, name);
      return true;
    }
    default:
      return true;
  }
}

function canonical(field: FieldSpec, fields: ReadonlyMap<string, Value>): Value {
  const value = fields.get(field.name)!;
  switch (partRuleOf(field)) {
    case 'union':
      return formatUnion(readUnion(String(value))!);
    case 'map':
      return canonicalMap(String(value));
    default:
      return value;
  }
}

function refuseSecond(spec: ModelSpec, field: string): never {
  throw new ShoalError('already-set', `"${field}" of ${spec.name} keeps the value that it was given first`, {
    model: spec.name,
    field,
  });
}
