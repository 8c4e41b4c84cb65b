import {
  covers,
  deleteState,
  isAlive,
  type ModelSpec,
  ownerOf,
  type RecordRef,
  type RecordState,
  referencesOf,
  refKey,
  type Version,
  viewField,
} from '@shoal/core';
import type { CaptureContext } from './capture-writes.ts';
import { seenBy } from './draft-put.ts';
import type { Drafts } from './drafts.ts';
import type { LocalDelete } from './local-write.ts';
import { requireOwnership } from './write-rights.ts';

/**
 * Adds the delete of a record, and before it of all that requires it and that this device may write: children first
 * (DEP-3). What is not there is left alone. Trees may be deep, so nothing here calls itself.
 */
export function draftDelete(context: CaptureContext, drafts: Drafts, write: LocalDelete): void {
  const root = aliveState(context, drafts, write.ref);
  if (root === undefined) return;
  requireOwnership(context, drafts.reader, root.spec, write.ref, root.state);
  const entered = new Set([refKey(write.ref)]);
  const stack = [{ ref: write.ref, seen: seenBy(drafts, write, root.state), isDone: false }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const found = aliveState(context, drafts, top.ref);
    if (found === undefined || top.isDone) {
      if (found !== undefined) deleteOne(drafts, found.spec, top.ref, found.state, top.seen);
      stack.pop();
      continue;
    }
    top.isDone = true;
    if (outlives(found.spec, found.state, top.seen)) continue;
    for (const child of drafts.reader.referringTo(top.ref)) {
      if (entered.has(refKey(child))) continue;
      const state = requiringState(context, drafts, child, top.ref);
      if (state === undefined) continue;
      entered.add(refKey(child));
      stack.push({ ref: child, seen: state.version, isDone: false });
    }
  }
}

function deleteOne(drafts: Drafts, spec: ModelSpec, ref: RecordRef, state: RecordState, seen: Version): void {
  const dot = drafts.tick();
  drafts.delete(spec, ref, dot, deleteState(state, { dot, seen }));
}

/** Whether the record stays after all: an edit that the delete has not seen beats it, where the model says so (MRG-4). */
function outlives(spec: ModelSpec, { fields }: RecordState, seen: Version): boolean {
  if (spec.deletes !== 'edit-wins') return false;
  return [...fields.values()].some((siblings) => siblings.some(({ dot }) => !covers(seen, dot)));
}

/** The state of `child` if it cannot be shown without `ref` and is ours to delete. */
function requiringState(
  context: CaptureContext,
  drafts: Drafts,
  child: RecordRef,
  ref: RecordRef,
): RecordState | undefined {
  const found = aliveState(context, drafts, child);
  if (found === undefined) return undefined;
  const { spec, state } = found;
  const isRequired = referencesOf(spec).some(
    (field) => field.missing === 'wait' && field.target === ref.model && viewField(field, state) === ref.id,
  );
  if (!isRequired) return undefined;
  const owner = ownerOf(context.store.registry, drafts.reader, spec, child.id, state);
  const isOurs = owner.kind === 'shared' || (owner.kind === 'device' && owner.device === context.device);
  return isOurs ? state : undefined;
}

function aliveState(
  { store }: CaptureContext,
  drafts: Drafts,
  ref: RecordRef,
): { spec: ModelSpec; state: RecordState } | undefined {
  const spec = store.registry.require(ref.model);
  const state = drafts.reader.record(ref)?.state;
  return state === undefined || !isAlive(spec, state) ? undefined : { spec, state };
}
