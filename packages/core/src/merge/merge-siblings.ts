import type { Dot } from '../clock/dot.ts';
import type { FieldSpec } from '../model/spec.ts';
import { isValueOf } from '../model/value-mismatch.ts';
import type { Sibling } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { type MergeFunction, mergeRuleOf } from './merge-rule.ts';

/** What decided between siblings, in a word for people. */
export type DecidingRule =
  | 'last-writer'
  | 'greatest'
  | 'least'
  | 'first-writer'
  | 'model-rule'
  | 'model-rule-failed';

/** What siblings of one field give; `winner` is the change that the view follows, null where it follows none. */
export type SiblingResult =
  | { readonly kind: 'single' | 'merged'; readonly value: Value }
  | {
      readonly kind: 'conflict';
      readonly value: Value;
      readonly winner: Dot | null;
      readonly decidedBy: DecidingRule;
    };

/**
 * What the siblings of a field that is merged as one give, the latest first (MRG-3). Those that agree are no conflict;
 * what is left out of the view is one. `rule` is the field's.
 */
export function mergeSiblings(field: FieldSpec, siblings: readonly Sibling[]): SiblingResult {
  const [latest] = siblings;
  if (latest === undefined) return { kind: 'single', value: field.default };
  if (agree(siblings)) return { kind: 'single', value: latest.value };
  const rule = mergeRuleOf(field);
  if (typeof rule === 'function') return byModel(field, rule, siblings);
  switch (rule) {
    case 'last':
    // Merged in parts: nobody who keeps to that writes the field as one.
    case 'union':
    case 'map':
    case 'counter':
      return decided('last-writer', latest);
    case 'max':
    case 'monotone':
      return decided('greatest', greatest(siblings));
    case 'min':
      return decided('least', least(siblings));
    case 'first':
      return byFirst(field, siblings);
  }
}

/** Whether siblings say the same: nothing is lost then. */
export function agree([first, ...others]: readonly Sibling[]): boolean {
  return others.every(({ value }) => sameValue(value, first!.value));
}

/** Whether `a` is more than `b`; null is less than all, and kinds have an order too: foreign values may be of any. */
export function isGreater(a: Value, b: Value): boolean {
  const [rankA, rankB] = [kindRank(a), kindRank(b)];
  if (rankA !== rankB) return rankA > rankB;
  if (a === null || b === null) return false;
  if (typeof a === 'object') return String(a) > String(b);
  return a > b;
}

function kindRank(value: Value): number {
  return value === null ? 0 : 1 + ['boolean', 'number', 'string', 'object'].indexOf(typeof value);
}

function decided(decidedBy: DecidingRule, winner: Sibling): SiblingResult {
  return { kind: 'conflict', value: winner.value, winner: winner.dot, decidedBy };
}

/** Of equal ones the latest. */
function greatest(siblings: readonly Sibling[]): Sibling {
  return siblings.reduce((best, sibling) => (isGreater(sibling.value, best.value) ? sibling : best));
}

/** Null is no value among others. */
function least(siblings: readonly Sibling[]): Sibling {
  const values = siblings.filter(({ value }) => value !== null);
  return values.reduce((best, sibling) => (isGreater(best.value, sibling.value) ? sibling : best));
}

/** Who left the field at its default has not set it. */
function byFirst(field: FieldSpec, siblings: readonly Sibling[]): SiblingResult {
  const set = siblings.filter(({ value }) => !sameValue(value, field.default));
  const first = set.at(-1)!;
  if (agree(set)) return { kind: 'merged', value: first.value };
  return decided('first-writer', first);
}

function byModel(field: FieldSpec, rule: MergeFunction, siblings: readonly Sibling[]): SiblingResult {
  try {
    const { kind, value } = rule(siblings);
    if (kind === 'merged' && isValueOf(field, value)) return { kind, value };
    if (kind === 'conflict' && isValueOf(field, value)) {
      const winner = siblings.find((sibling) => sameValue(sibling.value, value))?.dot ?? null;
      return { kind, value, winner, decidedBy: 'model-rule' };
    }
  } catch {
    // Told as any answer that is none: a view must come of every state.
  }
  return decided('model-rule-failed', siblings[0]!);
}
