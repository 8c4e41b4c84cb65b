import type { Dot } from '../clock/dot.ts';
import type { FieldSpec } from '../model/spec.ts';
import type { RecordState, Sibling } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { viewCounter } from './merge-counter.ts';
import { type Leaf, leavesIn, viewMap } from './merge-map.ts';
import { type PartRule, partRuleOf } from './merge-rule.ts';
import { agree, type DecidingRule, mergeSiblings } from './merge-siblings.ts';
import { elementsIn, formatUnion } from './merge-union.ts';
import { partsIn, slotOf } from './slot.ts';

/** Values of a field that met, of which some are left out of its view. */
export interface FieldConflict {
  /** The field, or the slot of the part that it is about. */
  readonly name: string;
  /** The change that the view follows; null where it follows none of them. */
  readonly winner: Dot | null;
  readonly decidedBy: DecidingRule;
  /** Those that met, by slot. */
  readonly met: ReadonlyMap<string, readonly Sibling[]>;
}

/**
 * What a field of a state gives, as data (MRG-3, S1-37). `single`: nobody wrote it, one did, or all agree. `merged`: what
 * several wrote is all in the value. `conflict`: something is left out of it, and a person may decide otherwise.
 */
export type MergeResult =
  | { readonly kind: 'single' | 'merged'; readonly value: Value }
  | { readonly kind: 'conflict'; readonly value: Value; readonly conflicts: readonly FieldConflict[] };

/** Merges one field of a state: a function of its siblings alone, so that equal states show the same. */
export function mergeField(field: FieldSpec, state: Pick<RecordState, 'fields'>): MergeResult {
  const rule = partRuleOf(field);
  if (rule === undefined) return mergeWhole(field, state.fields.get(field.name) ?? []);
  const value = valueOfParts(field.name, rule, state);
  const conflicts = conflictsOfParts(field.name, rule, state);
  if (conflicts.length > 0) return { kind: 'conflict', value, conflicts };
  return { kind: dotsIn(state, field.name).size > 1 ? 'merged' : 'single', value };
}

/** The value of `mergeField`, without looking for what is left out: views are made of it. */
export function mergedValue(field: FieldSpec, state: Pick<RecordState, 'fields'>): Value {
  const rule = partRuleOf(field);
  if (rule !== undefined) return valueOfParts(field.name, rule, state);
  return mergeSiblings(field, state.fields.get(field.name) ?? []).value;
}

function mergeWhole(field: FieldSpec, siblings: readonly Sibling[]): MergeResult {
  const result = mergeSiblings(field, siblings);
  const { value } = result;
  if (result.kind !== 'conflict') return { kind: result.kind, value };
  const { decidedBy } = result;
  const met = new Map([[field.name, siblings]]);
  return {
    kind: 'conflict',
    value,
    conflicts: [{ name: field.name, winner: result.winner, decidedBy, met }],
  };
}

function valueOfParts(name: string, rule: PartRule, state: Pick<RecordState, 'fields'>): Value {
  switch (rule) {
    case 'union':
      return formatUnion(elementsIn(state, name));
    case 'map':
      return viewMap(state, name).text;
    case 'counter':
      return viewCounter(state, name).value;
  }
}

function conflictsOfParts(
  name: string,
  rule: PartRule,
  state: Pick<RecordState, 'fields'>,
): readonly FieldConflict[] {
  switch (rule) {
    case 'union':
      return [];
    case 'map':
      return conflictsOfMap(name, state);
    case 'counter': {
      const { lost } = viewCounter(state, name);
      if (lost.length === 0) return [];
      const bases = state.fields.get(name) ?? [];
      const met = new Map(lost.map((slot) => [slot, state.fields.get(slot)!]));
      if (bases.length > 0) met.set(name, bases);
      return [{ name, winner: bases[0]?.dot ?? null, decidedBy: 'last-writer', met }];
    }
  }
}

function conflictsOfMap(name: string, state: Pick<RecordState, 'fields'>): readonly FieldConflict[] {
  const conflicts: FieldConflict[] = [];
  for (const { part, siblings } of leavesIn(state, name)) {
    if (agree(siblings)) continue;
    const slot = slotOf(name, part);
    const met = new Map([[slot, siblings]]);
    conflicts.push({ name: slot, winner: siblings[0]!.dot, decidedBy: 'last-writer', met });
  }
  const { hidden, blocking } = viewMap(state, name);
  if (hidden.length > 0) {
    const met = new Map([...blocking, ...hidden].map(({ part, siblings }) => [slotOf(name, part), siblings]));
    conflicts.push({ name, winner: latestDot(blocking), decidedBy: 'last-writer', met });
  }
  return conflicts;
}

function latestDot(leaves: readonly Leaf[]): Dot {
  return leaves
    .map(({ siblings }) => siblings[0]!.dot)
    .sort()
    .at(-1)!;
}

function dotsIn(state: Pick<RecordState, 'fields'>, name: string): Set<Dot> {
  const siblings = [...(state.fields.get(name) ?? []), ...partsIn(state, name).flatMap(([, all]) => all)];
  return new Set(siblings.map(({ dot }) => dot));
}
