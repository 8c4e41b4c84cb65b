import { ShoalError } from '../errors/shoal-error.ts';
import type { ReplicaId } from '../ids.ts';
import { totalPart, viewCounter } from '../merge/merge-counter.ts';
import { isOnPath, pathOf, readMap } from '../merge/merge-map.ts';
import { partedFieldsOf, partRuleOf } from '../merge/merge-rule.ts';
import { elementsIn, readUnion } from '../merge/merge-union.ts';
import { partsIn, slotOf } from '../merge/slot.ts';
import { type FieldSpec, fieldOf, type ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import { covers, type Version } from '../record/version.ts';
import { viewField } from '../record/view.ts';

/** A write of fields that are merged in parts, before it is one of slots. */
export interface PartedWrite {
  readonly spec: ModelSpec;
  readonly here: RecordState;
  /** Whether the record is there; a new one, or one that is brought back, has nothing to differ from. */
  readonly isThere: boolean;
  readonly seen: Version;
  readonly replica: ReplicaId;
  /** What the writer was shown, as far as it said so: the difference to it is what is written. */
  readonly shown: ReadonlyMap<string, Value> | undefined;
}

/** What a write puts into slots, and those out of which it takes what it has seen. */
export interface SlotWrites {
  readonly fields: ReadonlyMap<string, Value>;
  readonly clears: readonly string[];
}

/**
 * The fields of a write as slots (MRG-3): where a field is merged in parts, the difference to what the writer was shown.
 * Throws `invalid-argument` for a counter that was counted on since the writer read it, unless it says what it was shown:
 * nobody could tell how much it adds.
 */
export function partsToWrite(write: PartedWrite, fields: ReadonlyMap<string, Value>): SlotWrites {
  if (partedFieldsOf(write.spec).length === 0) return { fields, clears: [] };
  const slots = new Map<string, Value>();
  const clears: string[] = [];
  for (const [name, value] of fields) {
    const field = fieldOf(write.spec, name)!;
    const rule = partRuleOf(field);
    switch (rule) {
      case undefined:
        slots.set(name, value);
        break;
      case 'union':
        addElements(write, field, value, slots, clears);
        break;
      case 'map':
        addLeaves(write, field, value, slots, clears);
        break;
      case 'counter':
        addTotal(write, field, Number(value), slots, clears);
        break;
    }
  }
  return { fields: slots, clears };
}

function addElements(
  write: PartedWrite,
  field: FieldSpec,
  value: Value,
  slots: Map<string, Value>,
  clears: string[],
): void {
  const { here, isThere } = write;
  const wanted = new Set(readUnion(String(value)));
  const before = new Set(isThere ? readUnion(shownText(write, field)) : []);
  for (const part of wanted) if (!before.has(part)) slots.set(slotOf(field.name, part), true);
  // Of a dead record all that is left of its parts is taken out by who has seen it.
  for (const part of isThere ? before : elementsIn(here, field.name)) {
    if (!wanted.has(part)) clears.push(slotOf(field.name, part));
  }
}

function addLeaves(
  write: PartedWrite,
  field: FieldSpec,
  value: Value,
  slots: Map<string, Value>,
  clears: string[],
): void {
  const { here, isThere } = write;
  const wanted = readMap(String(value))!;
  const before: ReadonlyMap<string, string> = isThere ? readMap(shownText(write, field))! : new Map();
  const put = [...wanted].filter(([part, leaf]) => before.get(part) !== leaf);
  for (const [part, leaf] of put) slots.set(slotOf(field.name, part), leaf);
  const paths = put.map(([part]) => pathOf(part));
  for (const [part] of partsIn(here, field.name)) {
    if (wanted.has(part)) continue;
    // What is not shown goes with the write of its path, of what is above or below it.
    const isReplaced = !isThere || before.has(part) || paths.some((path) => isOnPath(path, pathOf(part)));
    if (isReplaced) clears.push(slotOf(field.name, part));
  }
}

function addTotal(
  write: PartedWrite,
  field: FieldSpec,
  value: number,
  slots: Map<string, Value>,
  clears: string[],
): void {
  const { here, isThere, seen } = write;
  if (!isThere) {
    slots.set(field.name, value);
    clears.push(...partsIn(here, field.name).map(([part]) => slotOf(field.name, part)));
    return;
  }
  requireShown(write, field);
  const difference = value - Number(shownValue(write, field));
  const bases = here.fields.get(field.name) ?? [];
  const base = bases.find(({ dot }) => covers(seen, dot)) ?? bases[0];
  const slot = base === undefined ? field.name : slotOf(field.name, totalPart(base.dot, write.replica));
  const total = Number(here.fields.get(slot)?.[0]?.value ?? 0) + difference;
  if (!Number.isSafeInteger(total)) refuseTotal(write.spec, field);
  slots.set(slot, total);
  clears.push(...viewCounter(here, field.name).lost);
}

function requireShown({ spec, here, seen, shown }: PartedWrite, { name }: FieldSpec): void {
  if (shown?.has(name) === true) return;
  const counted = [...(here.fields.get(name) ?? []), ...partsIn(here, name).flatMap(([, all]) => all)];
  if (counted.every(({ dot }) => covers(seen, dot))) return;
  throw new ShoalError(
    'invalid-argument',
    `"${name}" of ${spec.name}: was counted on since it was read; say what was shown, or read again`,
    { model: spec.name, field: name },
  );
}

function shownText(write: PartedWrite, field: FieldSpec): string {
  return String(shownValue(write, field));
}

function shownValue({ here, shown }: PartedWrite, field: FieldSpec): Value {
  return shown?.get(field.name) ?? viewField(field, here);
}

function refuseTotal(spec: ModelSpec, { name }: FieldSpec): never {
  throw new ShoalError('invalid-argument', `"${name}" of ${spec.name}: expected a sum within 2^53`, {
    model: spec.name,
    field: name,
  });
}
