import { type Conflict, type ConflictSide, conflictSides } from '../apply/conflicts.ts';
import { type Owner, stateOfOwner } from '../apply/owner.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import type { RecordRef } from '../ids.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { isAlive } from '../record/view.ts';

/**
 * What a person wants of a conflict (MRG-8): `keep` what is shown; `flip` to another of the values that met; `restore` what
 * a delete hid, or a value that a settled conflict lost. `side` is the number of one of `conflictSides`, from 1; null: the
 * only one that there is to choose. `fields` are values for a record that is
 * brought back, or one made by hand of those that met.
 */
export interface Decision {
  readonly kind: 'keep' | 'flip' | 'restore';
  readonly side: number | null;
  readonly fields: ReadonlyMap<string, Value>;
}

/** A conflict that is to be decided, and what is known of its record. */
export interface Undecided {
  readonly spec: ModelSpec;
  readonly ref: RecordRef;
  readonly conflict: Conflict;
  readonly isOpen: boolean;
  /** The merged state now: the decision has seen all of it. */
  readonly state: RecordState;
  /** Who may write it; nobody else decides (MRG-5). */
  readonly owner: Owner;
  /** What this device remembers of the record, by field: what a delete took away of it stands nowhere else. */
  readonly remembered: ReadonlyMap<string, Value>;
}

/** One of the values that met. */
export type ValueSide = Extract<ConflictSide, { readonly kind: 'value' }>;

/** What the view follows: of a record with an owner the owner's own dots (MRG-5). */
export function shownState({ state, owner }: Undecided): RecordState {
  return stateOfOwner(owner, state);
}

/** Whether the record is there: of one that changes hands, for its owner. */
export function isThere(undecided: Undecided): boolean {
  const { spec, state, owner } = undecided;
  return isAlive(spec, owner.kind === 'claimed' ? shownState(undecided) : state);
}

/**
 * The value that a decision chooses: the one of its number, or the only one that is not shown. Throws `invalid-argument`,
 * naming `side` and what there is to choose.
 */
export function chooseSide(
  { spec, ref, conflict }: Undecided,
  { side }: Decision,
  isShown: (side: ValueSide) => boolean,
): ValueSide {
  const values = conflictSides(conflict).filter((each) => each.kind === 'value');
  const sides = values.map((each, index) => ({ ...each, number: index + 1 }));
  const named = sides.find(({ number }) => number === side);
  if (named !== undefined) return named;
  const others = sides.filter((each) => !isShown(each));
  const [only] = others;
  if (side === null && only !== undefined && others.every((each) => isSame(each, only))) return only;
  const numbers = (only === undefined ? sides : others).map(({ number }) => number).join(', ');
  throw new ShoalError('invalid-argument', `"side": expected one of ${numbers}, found ${side ?? 'none'}`, {
    field: 'side',
    model: spec.name,
    record: ref.id,
  });
}

/** Refuses a decision that the conflict does not allow: `invalid-argument`, with the reason. */
export function refuseDecision({ spec, ref }: Undecided, { kind }: Decision, reason: string): never {
  throw new ShoalError('invalid-argument', `"decision": ${kind} is not possible: ${reason}`, {
    field: 'decision',
    model: spec.name,
    record: ref.id,
  });
}

function isSame(a: ValueSide, b: ValueSide): boolean {
  return a.field === b.field && sameValue(a.value, b.value);
}
