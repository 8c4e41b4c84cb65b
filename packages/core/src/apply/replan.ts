import { slotField } from '../merge/slot.ts';
import { type ModelSpec, uniqueName } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import type { StoredRecord } from './view-reader.ts';

/**
 * Whether a record has to be planned anew where a program takes the place of another one (DEP-5): it was of a model or
 * version that the one before did not know, has values of fields that are new, or may be held or renamed by other rules
 * (MRG-7). Undefined: that program does not know the model.
 */
export function isToReplan(
  before: ModelSpec | undefined,
  after: ModelSpec | undefined,
  { state, schemaVersion }: StoredRecord,
): boolean {
  if (after === undefined || schemaVersion > after.schemaVersion) return false;
  if (before === undefined || schemaVersion > before.schemaVersion) return true;
  const known = new Set(before.fields.map(({ name }) => name));
  const gained = after.fields.map(({ name }) => name).filter((name) => !known.has(name));
  return hasValueOf(state, gained) || policiesOf(before) !== policiesOf(after);
}

/** Whether somebody wrote one of those fields, or a part of one (MRG-3). */
export function hasValueOf({ fields }: Pick<RecordState, 'fields'>, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  return [...fields.keys()].some((slot) => names.includes(slotField(slot)));
}

/** The unique constraints of a model and what becomes of a collision, as text: another text, other rules (MRG-7). */
export function policiesOf({ uniques }: Pick<ModelSpec, 'uniques'>): string {
  return uniques.map((unique) => `${unique.policy}:${uniqueName(unique)}`).join(' ');
}
