import { isOwner, type Owner, ownerDevice, ownerOf } from '../apply/owner.ts';
import type { ViewPlan } from '../apply/view-plan.ts';
import type { ViewReader } from '../apply/view-reader.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import type { RecordRef } from '../ids.ts';
import { fieldOf, type ModelSpec } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { RefMap } from '../ref-map.ts';
import type { Draft, Drafts, WriteScope } from './drafts.ts';

/** Who writes, and where it says who owns what. */
export interface WhoWrites {
  readonly scope: Pick<WriteScope, 'registry' | 'device'>;
  readonly reader: Pick<ViewReader, 'record'>;
}

/** Answers with the owner; refuses a write of what belongs to another device, naming it: `not-owner` (MRG-5). */
export function requireOwnership(
  { scope, reader }: WhoWrites,
  spec: ModelSpec,
  ref: RecordRef,
  state: RecordState,
): Owner {
  const owner = ownerOf(scope.registry, reader, spec, ref.id, state);
  requireOwner({ scope }, spec, ref, owner);
  return owner;
}

/** As `requireOwnership`, where the owner is known already. */
export function requireOwner(
  { scope }: Pick<WhoWrites, 'scope'>,
  spec: ModelSpec,
  ref: RecordRef,
  owner: Owner,
): void {
  const isOneDevices = owner.kind === 'device' || owner.kind === 'claimed';
  if (!isOneDevices || isOwner(owner, scope.device)) return;
  const device = ownerDevice(owner);
  const about = { model: spec.name, record: ref.id };
  if (device === undefined) {
    throw new ShoalError(
      'not-owner',
      `this ${spec.name} belongs to the device that claims it, and none has`,
      about,
    );
  }
  const message = `this ${spec.name} belongs to device ${device}, which alone may write it`;
  throw new ShoalError('not-owner', message, { ...about, device });
}

/**
 * What a local write set must be there when it is done: a reference to nothing throws `missing-reference`, one that
 * closes a circle `invalid-argument`. Only what arrives may wait, and only what met on its way may be cut (DEP-2). Nor may
 * it be of a record whose owner is not known yet: it may be another's (MRG-5).
 */
export function requireTargets(drafts: Drafts, plan: ViewPlan): void {
  let isShownByRef: RefMap<boolean> | undefined;
  const isThere = (ref: RecordRef) => {
    // Asked of what shows null alone, which is rare.
    isShownByRef ??= shownBy(plan);
    return isShownByRef.get(ref) ?? drafts.reader.isVisible(ref);
  };
  for (const outcome of plan.hidden) {
    const draft = drafts.get(outcome.ref);
    if (draft === undefined || outcome.kind !== 'park' || outcome.waitsFor === null) continue;
    const { field, target } = outcome.waitsFor;
    if (draft.setReferences.includes(field) || isOwnerUnknown(drafts, draft))
      refuseMissing(draft, field, target);
  }
  for (const { ref, spec, nulled } of plan.shown) {
    if (nulled.length === 0) continue;
    const draft = drafts.get(ref);
    for (const { field, target } of nulled) {
      if (draft === undefined || !draft.setReferences.includes(field)) continue;
      if (!isThere(target)) refuseMissing(draft, field, target);
      // Of records that refer to each other one is listed twice, first with null; one that waits was cut.
      const reference = fieldOf(spec, field);
      if (reference?.kind === 'reference' && reference.missing === 'wait') refuseCircle(draft, field);
    }
  }
}

function isOwnerUnknown({ scope, reader }: Drafts, { spec, ref }: Draft): boolean {
  const { state } = reader.record(ref)!;
  return ownerOf(scope.registry, reader, spec, ref.id, state).kind === 'unknown';
}

function shownBy({ shown, hidden }: ViewPlan): RefMap<boolean> {
  const isShownByRef = new RefMap<boolean>();
  for (const { ref } of hidden) isShownByRef.set(ref, false);
  for (const { ref } of shown) isShownByRef.set(ref, true);
  return isShownByRef;
}

function refuseMissing({ spec, ref }: Draft, field: string, target: RecordRef): never {
  throw new ShoalError(
    'missing-reference',
    `"${field}" of ${spec.name} points to the ${target.model} ${target.id}, which is not here`,
    { model: spec.name, record: ref.id, field },
  );
}

function refuseCircle({ spec, ref }: Draft, field: string): never {
  throw new ShoalError(
    'invalid-argument',
    `"${field}" of ${spec.name} would lead from the record back to itself`,
    { model: spec.name, record: ref.id, field },
  );
}
