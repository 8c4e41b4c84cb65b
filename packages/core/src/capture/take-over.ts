import { isBehind, seenOfClaims } from '../apply/claims.ts';
import { type Owner, stateOfOwner } from '../apply/owner.ts';
import { partRuleOf } from '../merge/merge-rule.ts';
import { partsIn, slotOf } from '../merge/slot.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import type { Version } from '../record/version.ts';
import { isAlive, viewField } from '../record/view.ts';

/** A record as its owner is shown it, where it changes hands; any other as it is stored. */
export interface OwnedState {
  readonly state: RecordState;
  /** Whether there is a record: also not where all that is left of it waits for a claim. */
  readonly isThere: boolean;
  /**
   * Whether a change of it has to be written whole: something that the owner is shown is of an earlier epoch, or a delete
   * of an earlier one lies beside it. So nothing that a former owner still does can take a part away (MRG-5).
   */
  readonly isTakenOver: boolean;
  /** What of a version the owner can have seen: nothing of epochs that are not known here. */
  readonly seen: (version: Version) => Version;
}

/** What the writer of a record has before it, by who owns it. */
export function ownedState(owner: Owner, spec: ModelSpec, here: RecordState): OwnedState {
  const isKnown = here.version.size > 0;
  if (owner.kind !== 'claimed') {
    const isThere = isKnown && isAlive(spec, here);
    return { state: here, isThere, isTakenOver: false, seen: (version) => version };
  }
  const { claims } = owner;
  const state = stateOfOwner(owner, here);
  const isThere = isKnown && isAlive(spec, state) && (state === here || state.fields.size > 0);
  const isOutlived = here.deletes.length > 0 && isThere;
  return {
    state,
    isThere,
    isTakenOver: isOutlived || isBehind(state, claims),
    seen: (version) => seenOfClaims(version, claims),
  };
}

/** Every slot that a state shows, as a write of the whole record has them. */
export function wholeSlots(spec: ModelSpec, state: RecordState): Map<string, Value> {
  const slots = new Map<string, Value>();
  for (const field of spec.fields) {
    if (partRuleOf(field) === undefined || state.fields.has(field.name))
      slots.set(field.name, viewField(field, state));
    for (const [part, [shown]] of partsIn(state, field.name))
      slots.set(slotOf(field.name, part), shown!.value);
  }
  return slots;
}
