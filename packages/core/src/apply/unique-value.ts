import type { RecordId } from '../ids.ts';
import { fieldOf, type ModelSpec, tellingField, type UniqueSpec, uniqueName } from '../model/spec.ts';
import { creationStamp } from '../record/creation.ts';
import type { RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { viewField } from '../record/view.ts';

/**
 * What an alive record has in the fields of one unique constraint, by its merged state (MRG-7). Records are told apart
 * by the text alone; `stamp` is when the record was made.
 */
export interface UniqueValue {
  /** The constraint, by its name. */
  readonly unique: string;
  readonly value: string;
  readonly stamp: string;
}

/** A record that has a unique value; the lesser pair of stamp and id is the elder. */
export interface Sharer {
  readonly id: RecordId;
  readonly stamp: string;
}

/** The unique values of an alive record, one for each constraint in which no field is null. */
export function uniqueValuesIn(spec: ModelSpec, state: RecordState): UniqueValue[] {
  if (spec.uniques.length === 0) return [];
  const stamp = creationStamp(state);
  return spec.uniques.flatMap((unique) => {
    const value = uniqueValue(spec, unique, state);
    return value === null ? [] : [{ unique: uniqueName(unique), value, stamp }];
  });
}

/** Whether `a` came before `b`. */
export function isElder(a: Sharer, b: Sharer): boolean {
  return a.stamp === b.stamp ? a.id < b.id : a.stamp < b.stamp;
}

/**
 * The text that a record shows in place of one that an elder has: with its own id behind, so that no two are alike.
 * A text that somebody wrote in this form is renamed too, hence nothing that is shown as it was written looks like it.
 */
export function renamed(text: string, id: RecordId): string {
  return `${text} (${id})`;
}

const renamedPattern = / \([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\)$/;

/** Whether a text has the form that `renamed` gives. */
export function looksRenamed(text: string): boolean {
  return renamedPattern.test(text);
}

/** Whether `value` is what a record shows, or would, in a field that says `merged`: given back, it is no change. */
export function isRenamed(
  spec: ModelSpec,
  id: RecordId,
  field: { readonly name: string; readonly merged: Value; readonly value: Value },
): boolean {
  const { name, merged, value } = field;
  const isTold = spec.uniques.some((unique) => unique.policy === 'rename' && tellingField(unique) === name);
  return isTold && typeof merged === 'string' && value === renamed(merged, id);
}

/** Null where a field is: null is like nothing else. */
function uniqueValue(spec: ModelSpec, { fields }: UniqueSpec, state: RecordState): string | null {
  const parts: string[] = [];
  for (const name of fields) {
    const value = viewField(fieldOf(spec, name)!, state);
    if (value === null) return null;
    parts.push(value instanceof Uint8Array ? hex(value) : String(value));
  }
  return parts.length === 1 ? parts[0]! : JSON.stringify(parts);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
