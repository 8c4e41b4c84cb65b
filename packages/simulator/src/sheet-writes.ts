import { emptyVersion, type RecordRef, type RecordWrite, type Value } from '@shoal/core';
import { recordRef } from './data/domain.ts';
import type { Read } from './workload.ts';

/** Sheets of a library: few, so that devices meet on them. */
const sheets = 3;

/** Makes a sheet, which another device may have made too. */
export function makeSheet(which: number, draws: readonly number[]): RecordWrite {
  return {
    kind: 'put',
    ref: recordRef('sheet', which % sheets),
    fields: wholeSheet(draws),
    seen: emptyVersion,
  };
}

/** Every field of a sheet, some at their defaults. */
export function wholeSheet([a = 0, b = 0, c = 0]: readonly number[]): Map<string, Value> {
  return new Map<string, Value>([
    ['count', a % 3],
    ['data', a % 2 === 0 ? '{}' : `{"k${b % 3}":${c % 5}}`],
    ['first', b % 3 === 0 ? c % 5 : null],
    ['high', b % 10],
    ['labels', a % 2 === 0 ? '[]' : `["e${c % 4}"]`],
    ['least', c % 10],
    ['most', c % 10],
    ['name', `sheet ${a % 10}`],
    ['words', `${b % 10}`],
  ]);
}

/** Changes some fields of a sheet from what was read of it: by differences, where it is merged in parts. */
export function changeSheet(
  ref: RecordRef,
  { seen, row }: Read,
  isBlind: boolean,
  draws: readonly number[],
): RecordWrite {
  const fields = new Map<string, Value>();
  const [a = 0, b = 0, c = 0, d = 0] = draws;
  if (a % 2 === 0) fields.set('count', Number(row.get('count')) + (b % 5) - 2);
  if (a % 3 === 0) fields.set('labels', withElement(row, `e${c % 4}`, d % 2 === 0));
  if (a % 3 === 1) fields.set('data', withPath(row, b, c));
  if (b % 3 === 0) fields.set('high', c % 10);
  if (b % 3 === 1) fields.set('most', d % 10);
  if (c % 3 === 0) fields.set('least', d % 10);
  if (c % 3 === 1) fields.set('words', `${d % 10}`);
  if (d % 5 === 0 && row.get('first') === null) fields.set('first', c % 5);
  if (isBlind) return { kind: 'put', ref, fields, seen: null };
  const shown = new Map([...row].filter(([name]) => ['count', 'data', 'labels'].includes(name)));
  return { kind: 'put', ref, fields, seen, shown };
}

function withElement(row: Read['row'], element: string, isIn: boolean): string {
  const elements = new Set<string>(JSON.parse(String(row.get('labels'))));
  if (isIn) elements.add(element);
  else elements.delete(element);
  return JSON.stringify([...elements]);
}

/** Sometimes a value where others have an object, and the other way round. */
function withPath(row: Read['row'], b: number, c: number): string {
  const data: Record<string, unknown> = JSON.parse(String(row.get('data')));
  const key = `k${b % 3}`;
  const inner = typeof data[key] === 'object' ? { ...data[key] } : {};
  if (c % 4 === 0) delete data[key];
  else data[key] = c % 4 === 1 ? c % 5 : { ...inner, [`in${c % 2}`]: c % 5 };
  return JSON.stringify(data);
}
