import type { MergeRule, Sibling, Value, ValueField } from '@shoal/core';
import { text } from '@shoal/core/testing';

/** A number that is merged by a rule. */
export const integer = (name: string, merge: MergeRule): ValueField => ({
  kind: 'integer',
  name,
  nullable: true,
  default: null,
  merge,
});

/** All words of all siblings, in order; of one that nobody can merge it makes nothing, and the last writer stays. */
export function mergeWords(siblings: readonly Sibling[]) {
  const words = siblings.flatMap(({ value }) => wordsOf(value));
  if (words.includes('9')) throw new Error('nobody can merge this word');
  return { kind: 'merged' as const, value: [...new Set(words)].sort().join(' ') };
}

/** The words of a text. */
export function wordsOf(value: Value): string[] {
  return typeof value === 'string' ? value.split(' ') : [];
}

/** A field of every merge rule (MRG-3). */
export const sheetFields: readonly ValueField[] = [
  { kind: 'integer', name: 'count', nullable: false, default: 0, merge: 'counter' },
  { kind: 'json', name: 'data', nullable: false, default: '{}', merge: 'map' },
  integer('first', 'first'),
  integer('high', 'monotone'),
  { kind: 'json', name: 'labels', nullable: false, default: '[]', merge: 'union' },
  integer('least', 'min'),
  integer('most', 'max'),
  text('name'),
  { ...text('words'), merge: mergeWords },
];
