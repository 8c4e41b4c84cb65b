import type { FieldSpec, RecordState, Sibling, Value } from '@shoal/core';
import { wordsOf } from '../data/sheet-fields.ts';

/**
 * The oracle of a field (MRG-3), slow and obvious: what is shown of its siblings, each rule by its definition. Nobody here
 * writes what a field cannot hold.
 */
export function expectedValue(field: FieldSpec, { fields }: Pick<RecordState, 'fields'>): Value {
  const siblings = [...(fields.get(field.name) ?? [])].sort((a, b) => (a.dot < b.dot ? -1 : 1));
  const values = siblings.map(({ value }) => value);
  const latest = values.at(-1) ?? field.default;
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const rule = field.kind === 'reference' ? undefined : field.merge;
  if (typeof rule === 'function') return wordsIn(values) ?? latest;
  switch (rule) {
    case undefined:
    case 'last':
      return latest;
    case 'max':
    case 'monotone':
      return numbers.at(-1) ?? latest;
    case 'min':
      return numbers[0] ?? latest;
    case 'first':
      return values.find((value) => value !== null) ?? latest;
    case 'union':
      return `[${partsOf(field.name, fields)
        .map(({ part }) => part)
        .sort()
        .join()}]`;
    case 'map':
      return expectedObject(field.name, fields);
    case 'counter':
      return expectedSum(field.name, fields);
  }
}

/** One part of a field with what was written last to it. */
interface Part {
  readonly part: string;
  readonly latest: Sibling;
}

/** The parts of a field, the last written first. */
function partsOf(name: string, fields: RecordState['fields']): Part[] {
  const parts = [...fields].flatMap(([slot, siblings]) => {
    if (!slot.startsWith(`${name}:`)) return [];
    const latest = [...siblings].sort((a, b) => (a.dot < b.dot ? 1 : -1))[0]!;
    return [{ part: slot.slice(name.length + 1), latest }];
  });
  return parts.sort((a, b) => (a.latest.dot < b.latest.dot ? 1 : -1));
}

function wordsIn(values: readonly Value[]): Value | undefined {
  if (new Set(values).size < 2) return undefined;
  const words = values.flatMap(wordsOf);
  return words.includes('9') ? undefined : [...new Set(words)].sort().join(' ');
}

/** Leaf by leaf, the last written first: one that leads through another, or to more than a leaf, has no room. */
function expectedObject(name: string, fields: RecordState['fields']): string {
  const placed = new Map<string, string>();
  for (const { part, latest } of partsOf(name, fields)) {
    const path = part.slice(1, -1);
    const isInWay = [...placed].some(([other, leaf]) => {
      const isAbove = path.startsWith(`${other},`) && leaf !== '{}';
      return isAbove || (other.startsWith(`${path},`) && latest.value !== '{}');
    });
    if (!isInWay) placed.set(path, String(latest.value));
  }
  const root: Record<string, unknown> = {};
  for (const [path, leaf] of [...placed].sort()) {
    const keys: string[] = JSON.parse(`[${path}]`);
    let at = root;
    for (const key of keys.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[keys.at(-1)!] ??= JSON.parse(leaf);
  }
  return inOrder(root);
}

function inOrder(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${inOrder((value as Record<string, unknown>)[key])}`).join()}}`;
}

/** What each base that is in force says, and what each replica has counted on it. */
function expectedSum(name: string, fields: RecordState['fields']): number {
  const bases = fields.get(name) ?? [];
  const totals = partsOf(name, fields).filter(({ part }) =>
    bases.some(({ dot }) => part.split('/')[0] === dot),
  );
  return [...bases, ...totals.map(({ latest }) => latest)].reduce((sum, { value }) => sum + Number(value), 0);
}
