import {
  type Conflict,
  compareVersions,
  conflictDots,
  conflictSides,
  covers,
  type Dot,
  fieldOf,
  isAlive,
  type ModelSpec,
  partRuleOf,
  type RecordRef,
  type RecordState,
  refKey,
  sameValue,
  type Value,
} from '@shoal/core';
import type { ChosenDecision } from '../decisions.ts';
import type { Device } from '../device/device.ts';
import type { MadeWrite } from '../device/plan-capture.ts';
import { mustHold } from './broken.ts';
import { expectedValue } from './expected-value.ts';
import type { Ledger } from './ledger.ts';
import { hasSeen } from './write-record.ts';

/** A decision that was made, and what it has to come to wherever nobody knew better (MRG-8). */
export interface Decided {
  readonly ref: RecordRef;
  readonly conflict: Conflict;
  /** The write that it became. */
  readonly dot: Dot;
  readonly wanted: Wanted;
}

type Wanted =
  | { readonly kind: 'value'; readonly slot: string; readonly value: Value }
  | { readonly kind: 'there' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'any' };

/** Notes a decision that was not refused: it was upon what is there, and wrote something (MRG-1, MRG-8). */
export function decidedBy(
  { row, decision }: ChosenDecision,
  spec: ModelSpec,
  before: RecordState,
  made: readonly MadeWrite[],
): Decided {
  const { ref, conflict } = row;
  const isUponIt = compareVersions(before.version, decision.seen) === 'equal';
  mustHold(isUponIt, 'MRG-8', () => `${refKey(ref)} was decided upon what it was no more`);
  const write = made.findLast((each) => refKey(each.ref) === refKey(ref));
  mustHold(write !== undefined, 'MRG-8', () => `a decision of ${refKey(ref)} wrote nothing`);
  return { ref, conflict, dot: write!.dot, wanted: wantedOf({ row, decision }, spec, before) };
}

/** What was decided is open nowhere, and shown everywhere, but where others did not know of it or knew better (MRG-8). */
export function checkDecided(devices: readonly Device[], ledger: Ledger): void {
  for (const decided of ledger.decided) {
    if (ledger.isStruck(decided.dot)) continue;
    for (const device of devices) {
      const stored = device.library.memory.record(decided.ref);
      const spec = device.library.registry.get(decided.ref.model);
      // Whether it has come is what the ledger is checked for.
      if (stored === undefined || !covers(stored.state.version, decided.dot)) continue;
      if (spec === undefined || stored.schemaVersion > spec.schemaVersion) continue;
      checkSettled(device, decided);
      checkWanted(device, decided, { spec, state: stored.state, writes: ledger.writesOf(decided.ref) });
    }
  }
}

/** Of what met in it one is left at most: what met with that later is another conflict. */
function checkSettled({ index, library }: Device, { ref, conflict, dot }: Decided): void {
  const dots = new Set(conflictDots(conflict));
  for (const row of library.memory.journal) {
    if (row.state.kind !== 'open' || refKey(row.ref) !== refKey(ref)) continue;
    if (row.conflict.kind !== conflict.kind || row.conflict.field !== conflict.field) continue;
    const still = conflictDots(row.conflict).filter((each) => dots.has(each));
    mustHold(still.length < Math.min(2, dots.size), 'MRG-8', () => {
      return `${conflict.kind} of ${refKey(ref)} ${conflict.field} was decided by ${dot}, and is open on device ${index}`;
    });
  }
}

function checkWanted(
  { index }: Device,
  { ref, dot, wanted }: Decided,
  { spec, state, writes }: { spec: ModelSpec; state: RecordState; writes: readonly MadeWrite[] },
): void {
  const own = writes.find((write) => write.dot === dot)!;
  const unseen = writes.filter(
    (write) => write !== own && covers(state.version, write.dot) && !hasSeen(own, write),
  );
  const expect = (holds: boolean, what: string) =>
    mustHold(holds, 'MRG-8', () => `device ${index} does not have ${refKey(ref)} ${what}, as ${dot} decided`);
  switch (wanted.kind) {
    case 'any':
      return;
    case 'gone':
      if (unseen.length === 0) expect(!isAlive(spec, state), 'deleted');
      return;
    case 'there':
      if (unseen.every(({ fields }) => fields !== null)) expect(isAlive(spec, state), 'alive');
      return;
    case 'value': {
      const { slot, value } = wanted;
      const isTouched = ({ fields, clears }: MadeWrite) =>
        fields === null || fields.has(slot) || clears.includes(slot);
      if (unseen.some(isTouched)) return;
      const siblings = state.fields.get(slot) ?? [];
      const isIt = siblings.length === 1 && sameValue(siblings[0]!.value, value);
      expect(isIt, `${slot} ${JSON.stringify(value)}`);
    }
  }
}

/** What a person wanted, by the words of the command alone; `any` where they leave it open. */
function wantedOf(
  { row: { conflict }, decision: { kind, side, fields } }: ChosenDecision,
  spec: ModelSpec,
  state: RecordState,
): Wanted {
  // It had replaced a delete.
  if (conflict.kind === 'blind-write' && conflict.content.fields.size === 0) return { kind: 'gone' };
  if (!isAlive(spec, state)) return { kind: kind === 'keep' ? 'gone' : 'there' };
  switch (conflict.kind) {
    case 'siblings': {
      const field = fieldOf(spec, conflict.field!);
      const isWhole = field !== undefined && partRuleOf(field) === undefined;
      if (fields.size > 0)
        return { kind: 'value', slot: conflict.field!, value: fields.get(conflict.field!)! };
      if (kind === 'keep' && isWhole)
        return { kind: 'value', slot: field.name, value: expectedValue(field, state) };
      const sides = conflictSides(conflict).filter((each) => each.kind === 'value');
      const chosen = kind === 'keep' || side === null ? undefined : sides[side - 1];
      return chosen === undefined
        ? { kind: 'any' }
        : { kind: 'value', slot: chosen.field, value: chosen.value };
    }
    case 'edit-beats-delete':
      return { kind: kind === 'flip' ? 'gone' : 'there' };
    case 'orphaned':
      return { kind: kind === 'keep' ? 'gone' : 'any' };
    case 'circle-cut':
      return kind === 'keep' ? { kind: 'value', slot: conflict.field!, value: null } : { kind: 'any' };
    default:
      return { kind: 'any' };
  }
}
