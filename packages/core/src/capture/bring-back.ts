import { ShoalError } from '../errors/shoal-error.ts';
import { partRuleOf } from '../merge/merge-rule.ts';
import { partsIn, slotField } from '../merge/slot.ts';
import { type FieldSpec, fieldOf } from '../model/spec.ts';
import { creationField } from '../record/creation.ts';
import type { RecordState } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { emptyVersion } from '../record/version.ts';
import { viewField } from '../record/view.ts';
import { givenValues, shownValue, withRow, writeOf } from './decided-values.ts';
import { type Decision, isThere, refuseDecision, shownState, type Undecided } from './decision.ts';
import type { RecordPut, RecordWrite } from './record-write.ts';

/**
 * Brings back what a conflict lost: into a record that is there the values that it shows no more; a deleted one whole, by
 * what is given, what was hidden, what this device remembers, and defaults. Throws `incomplete-record`, naming the fields
 * that stand nowhere any more (MRG-4), and `invalid-argument` where nothing is lost.
 */
export function bringBack(undecided: Undecided, decision: Decision): RecordWrite {
  return isThere(undecided) ? putValues(undecided, decision) : putWhole(undecided, decision);
}

function putValues(undecided: Undecided, decision: Decision): RecordWrite {
  const { spec, conflict } = undecided;
  const shown = shownState(undecided);
  const lost = lostState(conflict.content);
  const slots = new Map(givenValues(undecided, decision));
  for (const slot of lost.fields.keys()) {
    const value = shownValue(spec, lost, slot);
    const isLost = !sameValue(value, shownValue(spec, shown, slot));
    if (slot !== creationField && !isCounted(undecided, slot) && isLost && !slots.has(slot))
      slots.set(slot, value);
  }
  if (slots.size === 0) return refuseDecision(undecided, decision, 'all that was lost is shown');
  return writeOf(undecided, withRow(spec, shown, slots));
}

/** A later total includes what an earlier one counted: there is nothing to add again. */
function isCounted({ spec }: Undecided, slot: string): boolean {
  const field = fieldOf(spec, slotField(slot));
  return field !== undefined && partRuleOf(field) === 'counter';
}

function putWhole(undecided: Undecided, { fields: given }: Decision): RecordPut {
  const { spec, ref, state, conflict, remembered } = undecided;
  const lost = lostState(conflict.content);
  const fields = new Map<string, Value>(given);
  const missing: string[] = [];
  for (const field of spec.fields) {
    if (given.has(field.name)) continue;
    const value = isIn(field, lost) ? viewField(field, lost) : remembered.get(field.name);
    if (value !== undefined) fields.set(field.name, value);
    else if (isRequired(field)) missing.push(field.name);
    else fields.set(field.name, field.default);
  }
  if (missing.length === 0) return { kind: 'put', ref, fields, seen: state.version };
  throw new ShoalError(
    'incomplete-record',
    `a deleted ${spec.name} is brought back only whole; say ${missing.map((name) => `"${name}"`).join(', ')}`,
    { model: spec.name, record: ref.id, field: missing[0]! },
  );
}

function lostState(content: Pick<RecordState, 'fields' | 'deletes'>): RecordState {
  return { version: emptyVersion, ...content };
}

function isIn({ name }: FieldSpec, lost: RecordState): boolean {
  return lost.fields.has(name) || partsIn(lost, name).length > 0;
}

function isRequired(field: FieldSpec): boolean {
  return field.kind === 'reference' ? !field.nullable : field.required === true;
}
