import {
  type Conflict,
  conflictDots,
  conflictsIn,
  covers,
  creationField,
  type Dot,
  dotDevice,
  type FieldSpec,
  fieldOf,
  type JournalRow,
  type ModelSpec,
  ownerOf,
  type RecordState,
  refKey,
  sameValue,
  slotField,
  type Value,
} from '@shoal/core';
import { wordsOf } from '../data/sheet-fields.ts';
import type { Device } from '../device/device.ts';
import type { MadeWrite } from '../device/plan-capture.ts';
import { mustHold } from './broken.ts';
import { expectedValue } from './expected-value.ts';
import type { Ledger } from './ledger.ts';
import { hasSeen, replaces } from './write-record.ts';

/** What the journal holds open is what states and view say, from nothing (MRG-8). */
export function checkJournal({ index, library: { memory, registry } }: Device): void {
  const openByKey = new Map<string, string[]>();
  for (const { ref, conflict, state } of memory.journal) {
    if (state.kind === 'open') push(openByKey, refKey(ref), describeConflict(conflict));
  }
  const cut = new Set(registry.specs.flatMap(({ name }) => [...memory.cutFromCircle(name)].map(refKey)));
  for (const [key, { ref, stored }] of memory.records) {
    const spec = registry.get(ref.model);
    const isKnown = spec !== undefined && stored.schemaVersion <= spec.schemaVersion;
    const ownerOfIt = () => ownerOf(registry, memory, spec!, ref.id, stored.state);
    const expected = isKnown ? conflictsIn(spec, stored.state, ownerOfIt).map(describeConflict) : [];
    if (cut.has(key)) expected.push('circle-cut');
    if (memory.parked.get(key)?.reason === 'orphaned') expected.push('orphaned');
    const found = openByKey.get(key) ?? [];
    mustHold(expected.sort().join('\n') === found.sort().join('\n'), 'MRG-8', () => {
      return `the journal of device ${index} on ${key} has\n${found.join('\n')}\nexpected\n${expected.join('\n')}`;
    });
  }
}

/**
 * Every value that was ever written and is not shown was replaced by a write that had seen it, or is in a journal:
 * on every device as long as it is in the state, on the one that made a blind write for what that replaced (MRG-8).
 */
export function checkExplained(devices: readonly Device[], ledger: Ledger): void {
  const rowsByDevice = new Map(devices.map((device) => [device.id, rowsByDot(device)]));
  for (const device of devices) {
    const { memory, registry } = device.library;
    for (const { ref, stored } of memory.records.values()) {
      const spec = registry.get(ref.model);
      // What others write of an owned record is refused, and its owner loses nothing to anybody (MRG-5).
      if (spec === undefined || stored.schemaVersion > spec.schemaVersion) continue;
      if (ownerOf(registry, memory, spec, ref.id, stored.state).kind !== 'shared') continue;
      const included = ledger.writesOf(ref).filter(({ dot }) => covers(stored.state.version, dot));
      for (const write of included) {
        for (const [field, value] of write.fields ?? []) {
          if (field === creationField || isShown(spec, stored.state, field, write.dot, value)) continue;
          const isExplained =
            isIn(rowsByDevice.get(device.id)!, write.dot, field) ||
            isReplaced(write, field, value, included, (by) => {
              const writer = devices.find(({ id }) => id === dotDevice(by.dot))!;
              return writer.library.hasGoneBack || isIn(rowsByDevice.get(writer.id)!, write.dot, field);
            });
          mustHold(isExplained, 'MRG-8', () => {
            const name = `${refKey(ref)} ${field} ${write.dot} ${JSON.stringify(value)}`;
            return `nobody can tell what became of ${name} on device ${device.index}`;
          });
        }
      }
    }
  }
}

/** Whether the value is in what a living record shows of its field, or agrees with it. */
function isShown(spec: ModelSpec, state: RecordState, slot: string, dot: Dot, value: Value): boolean {
  const isThere = (state.fields.get(slot) ?? []).some((sibling) => sibling.dot === dot);
  if (!isThere || state.deletes.length > 0) return false;
  const field = fieldOf(spec, slotField(slot));
  if (field === undefined) return false;
  const shown = expectedValue(field, state);
  switch (field.kind === 'reference' ? undefined : field.merge) {
    case 'union':
      return true;
    case 'map':
      return isLeafOf(
        JSON.parse(String(shown)),
        JSON.parse(slot.slice(slot.indexOf(':') + 1)),
        String(value),
      );
    case 'counter':
      // A total on a base that is in force is in the sum.
      return (
        slot === field.name || (state.fields.get(field.name) ?? []).some((base) => slot.includes(base.dot))
      );
    case 'first':
      return value === null || sameValue(shown, value);
    default:
      return sameValue(shown, value) || isMergedInto(field, shown, value);
  }
}

function isLeafOf(object: unknown, path: readonly string[], leaf: string): boolean {
  let at = object;
  for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
  // An object without keys is there, whatever keys it has.
  return leaf === '{}' ? typeof at === 'object' : JSON.stringify(at) === leaf;
}

function isMergedInto(field: FieldSpec, shown: Value, value: Value): boolean {
  if (field.kind === 'reference' || typeof field.merge !== 'function') return false;
  const words = wordsOf(shown);
  return wordsOf(value).every((word) => words.includes(word));
}

/** Whether somebody replaced it who had seen it; or, blindly, with the same, or with a row in a journal to tell. */
function isReplaced(
  write: MadeWrite,
  field: string,
  value: Value,
  included: readonly MadeWrite[],
  isTold: (by: MadeWrite) => boolean,
): boolean {
  return included.some((by) => {
    if (by === write || !hasSeen(by, write)) return false;
    if (!replaces(by, field)) return false;
    if (!by.isBlind) return true;
    const now = by.fields?.get(field);
    // A later total has counted what the earlier one did.
    if (now !== undefined && (field.startsWith('count:') || sameValue(now, value))) return true;
    return isTold(by);
  });
}

/** The rows of a device that hold the value of a dot. */
function rowsByDot({ library: { memory } }: Device): Map<Dot, JournalRow[]> {
  const rows = new Map<Dot, JournalRow[]>();
  for (const row of memory.journal) for (const dot of conflictDots(row.conflict)) push(rows, dot, row);
  return rows;
}

function isIn(rows: ReadonlyMap<Dot, readonly JournalRow[]>, dot: Dot, field: string): boolean {
  return (rows.get(dot) ?? []).some(({ conflict }) =>
    conflict.content.fields.get(field)?.some((sibling) => sibling.dot === dot),
  );
}

/** What the view decides lasts as long as it does; what met in a state is named by its dots. */
function describeConflict(conflict: Conflict): string {
  const { kind, field, winner } = conflict;
  if (kind === 'circle-cut' || kind === 'orphaned') return kind;
  return [kind, field, winner, ...conflictDots(conflict)].join(' ');
}

function push<K, V>(valuesByKey: Map<K, V[]>, key: K, value: V): void {
  const values = valuesByKey.get(key);
  if (values === undefined) valuesByKey.set(key, [value]);
  else values.push(value);
}
