import { isOnPath, leavesIn, viewMap } from '../merge/merge-map.ts';
import { mergeRuleOf, type PartRule, partedFieldsOf, partRuleOf } from '../merge/merge-rule.ts';
import { slotOf } from '../merge/slot.ts';
import { fieldOf, type ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { viewField } from '../record/view.ts';
import {
  chooseSide,
  type Decision,
  refuseDecision,
  shownState,
  type Undecided,
  type ValueSide,
} from './decision.ts';
import type { RecordDecision } from './record-write.ts';

/** The write of a decision, which has seen all that is there; null as slots is a delete. */
export function writeOf(
  { ref, state }: Undecided,
  slots: RecordDecision['slots'],
  clears: readonly string[] = [],
): RecordDecision {
  return { kind: 'decide', ref, seen: state.version, slots, clears };
}

/** Writes what a field shows; of parts that contradict each other those go that are not shown. */
export function keepValues(undecided: Undecided): RecordDecision {
  const { spec, conflict } = undecided;
  const name = conflict.field!;
  if (partsOf(undecided) !== undefined) return writeOf(undecided, new Map(), [...hiddenParts(undecided)]);
  const shown = shownState(undecided);
  return writeOf(undecided, withRow(spec, shown, new Map([[name, shownValue(spec, shown, name)]])));
}

/** Writes every field of a record that outlived a delete: the delete is seen, and goes (MRG-4). */
export function keepWhole(undecided: Undecided): RecordDecision {
  const { spec } = undecided;
  const shown = shownState(undecided);
  const whole = spec.fields.filter((field) => partRuleOf(field) === undefined);
  return writeOf(undecided, new Map(whole.map((field) => [field.name, viewField(field, shown)])));
}

/** Writes another of the values that met; of a model by rows the whole row of the change that it is of. Or one by hand. */
export function chooseValue(undecided: Undecided, decision: Decision): RecordDecision {
  const { spec } = undecided;
  if (decision.fields.size > 0) return writeByHand(undecided, decision);
  const parts = partsOf(undecided);
  if (parts === 'map') return chooseLeaf(undecided, decision);
  if (parts !== undefined)
    return refuseDecision(undecided, decision, 'a counter has no other value; write it');
  const shown = shownState(undecided);
  const isShown = ({ field, value }: ValueSide) => sameValue(value, shownValue(spec, shown, field));
  const side = chooseSide(undecided, decision, isShown);
  const field = fieldOf(spec, side.field);
  if (field !== undefined && mergeRuleOf(field) === 'monotone' && !isShown(side))
    refuseDecision(undecided, decision, `"${field.name}" never gets less`);
  const chosen = spec.granularity === 'row' ? rowOfDot(spec, shown, side) : new Map<string, Value>();
  return writeOf(undecided, withRow(spec, shown, chosen.set(side.field, side.value)));
}

/** The values that a decision gives for a record that is there; what is merged in parts is written otherwise. */
export function givenValues(undecided: Undecided, decision: Decision): ReadonlyMap<string, Value> {
  const { fields } = decision;
  const parted = partedFieldsOf(undecided.spec).find(({ name }) => fields.has(name));
  if (parted === undefined) return fields;
  return refuseDecision(undecided, decision, `"${parted.name}" is merged in parts; write the record`);
}

/** The slots of a write in a record that is there: a model by rows writes all fields that are merged as one (MRG-3). */
export function withRow(
  spec: ModelSpec,
  shown: RecordState,
  chosen: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  if (spec.granularity !== 'row') return chosen;
  const row = spec.fields.filter(
    (field) => partRuleOf(field) === undefined && mergeRuleOf(field) !== 'first',
  );
  return new Map([...row.map((field) => [field.name, viewField(field, shown)] as const), ...chosen]);
}

/** What a state shows in a slot. */
export function shownValue(spec: ModelSpec, state: RecordState, slot: string): Value {
  const field = fieldOf(spec, slot);
  if (field !== undefined) return viewField(field, state);
  return state.fields.get(slot)?.[0]?.value ?? null;
}

/** A person made a value of those that met. */
function writeByHand(undecided: Undecided, decision: Decision): RecordDecision {
  const { spec, conflict } = undecided;
  const given = givenValues(undecided, decision);
  if (!given.has(conflict.field!)) refuseDecision(undecided, decision, `it is about "${conflict.field}"`);
  return writeOf(undecided, withRow(spec, shownState(undecided), given));
}

/** The rule of a field whose parts contradict each other, where the conflict is one of those. */
function partsOf({ spec, conflict }: Undecided): PartRule | undefined {
  const field = fieldOf(spec, conflict.field!);
  return field && partRuleOf(field);
}

function hiddenParts(undecided: Undecided): Set<string> {
  const { content, field } = undecided.conflict;
  if (partsOf(undecided) !== 'map')
    return new Set([...content.fields.keys()].filter((slot) => slot !== field));
  return new Set(viewMap(content, field!).hidden.map(({ part }) => slotOf(field!, part)));
}

/** What has no room beside the chosen leaf goes. */
function chooseLeaf(undecided: Undecided, decision: Decision): RecordDecision {
  const { content, field } = undecided.conflict;
  const hidden = hiddenParts(undecided);
  const side = chooseSide(undecided, decision, (each) => !hidden.has(each.field));
  const leaves = leavesIn(content, field!);
  const { path } = leaves.find(({ part }) => slotOf(field!, part) === side.field)!;
  const others = leaves.filter((leaf) => isOnPath(leaf.path, path)).map(({ part }) => slotOf(field!, part));
  const clears = others.filter((slot) => slot !== side.field);
  return writeOf(undecided, new Map([[side.field, side.value]]), clears);
}

function rowOfDot(spec: ModelSpec, { fields }: RecordState, { dot }: ValueSide): Map<string, Value> {
  const row = new Map<string, Value>();
  for (const { name } of spec.fields) {
    const sibling = fields.get(name)?.find((each) => each.dot === dot);
    if (sibling !== undefined) row.set(name, sibling.value);
  }
  return row;
}
