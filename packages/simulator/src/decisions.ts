import {
  type Conflict,
  conflictDots,
  conflictSides,
  type DecidedRow,
  type Decision,
  fieldOf,
  isAlive,
  type JournalRow,
  partRuleOf,
  refKey,
  type Value,
  type Version,
} from '@shoal/core';
import type { Device } from './device/device.ts';
import { type Loaded, mayWrite, valueFor } from './workload.ts';

/** A decision that somebody makes of a row of the journal of a device, upon the version that was shown (MRG-8). */
export interface ChosenDecision {
  readonly row: DecidedRow;
  readonly decision: Decision & { readonly seen: Version };
}

/** The rows that a device has open, in an order that is the same wherever they are the same. */
export function openRows({ library: { memory } }: Device): JournalRow[] {
  return inOrder(memory.journal.filter(({ state }) => state.kind === 'open'));
}

/**
 * What the draws of a decision mean on a device as it is now: of an open row to keep, flip or restore, by the number of a
 * side, by none or by hand; of one that is settled to restore. Null where nothing is to be decided. May be refused, as people's wishes are.
 */
export function chooseDecision(
  device: Device,
  loaded: Loaded,
  draws: readonly number[],
): ChosenDecision | null {
  const [which = 0, what = 0] = draws;
  const isOurs = ({ ref }: JournalRow) =>
    mayWrite(device, device.library.registry.require(ref.model), ref) || which % 9 === 0;
  const open = openRows(device).filter(isOurs);
  const settled = device.library.memory.journal.filter(({ state }) => state.kind === 'settled');
  const rows = open.length > 0 && what % 5 !== 4 ? open : inOrder(settled.filter(isOurs));
  const row = rows[which % Math.max(1, rows.length)];
  return row === undefined ? null : chooseFor(device, loaded, row, draws);
}

/** What the draws mean for one row. */
export function chooseFor(
  device: Device,
  loaded: Loaded,
  { ref, conflict, state }: JournalRow,
  draws: readonly number[],
): ChosenDecision {
  const [, what = 0, number = 0, stale = 0, byHand = 0, ...rest] = draws;
  const isOpen = state.kind === 'open';
  const kind = isOpen ? (['keep', 'flip', 'flip', 'restore'] as const)[what % 4]! : 'restore';
  const sides = conflictSides(conflict).filter((side) => side.kind === 'value');
  const side = number % 5 === 0 || sides.length === 0 ? null : (number % sides.length) + 1;
  const here = device.library.memory.record(ref)!.state;
  const read = loaded.get(refKey(ref));
  const seen = (stale % 4 === 0 ? read?.seen : undefined) ?? here.version;
  const shown = device.library.memory.shown.get(refKey(ref));
  if (stale % 2 === 0 && shown !== undefined) loaded.set(refKey(ref), { seen: here.version, row: shown.row });
  const isThere = isAlive(device.library.registry.require(ref.model), here);
  const fields = isThere
    ? made(device, { ref, conflict }, byHand, rest)
    : whole(device, ref, read?.row, rest);
  return { row: { ref, conflict, isOpen, known: undefined }, decision: { kind, side, fields, seen } };
}

/** A value that nobody wrote before, now and then. */
function made(
  device: Device,
  { ref, conflict }: Pick<JournalRow, 'ref' | 'conflict'>,
  byHand: number,
  draws: readonly number[],
): Map<string, Value> {
  const spec = device.library.registry.require(ref.model);
  const field = fieldOf(spec, conflict.field ?? '');
  if (byHand % 5 !== 0 || conflict.kind !== 'siblings' || field === undefined) return new Map();
  if (partRuleOf(field) !== undefined) return new Map();
  const value =
    field.kind === 'integer' ? draws[0]! % 10 : valueFor(device, spec, field.name, draws[0]!, byHand);
  return new Map([[field.name, value]]);
}

/** What somebody says of a record that is brought back: what he read of it, or what has to be said. */
function whole(
  device: Device,
  ref: JournalRow['ref'],
  read: ReadonlyMap<string, Value> | undefined,
  draws: readonly number[],
): ReadonlyMap<string, Value> {
  const spec = device.library.registry.require(ref.model);
  if (read !== undefined && draws[0]! % 2 === 0) return read;
  const required = spec.fields.filter((field) => field.kind === 'reference' && !field.nullable);
  return new Map(required.map(({ name }, at) => [name, valueFor(device, spec, name, draws[at]!, 0)]));
}

function inOrder(rows: readonly JournalRow[]): JournalRow[] {
  const nameOf = ({ ref, conflict }: JournalRow) => `${refKey(ref)} ${describe(conflict)}`;
  const named = rows.map((row) => ({ row, name: nameOf(row) }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ row }) => row);
}

function describe(conflict: Conflict): string {
  return [conflict.kind, conflict.field, ...conflictDots(conflict)].join(' ');
}
