import { isOwner, type Owner, ownerOf } from '../apply/owner.ts';
import { type RecordRef, refKey } from '../ids.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { covers, type Version } from '../record/version.ts';
import { viewField } from '../record/view.ts';
import { seenBy } from './draft-put.ts';
import type { Drafts } from './drafts.ts';
import type { RecordDelete } from './record-write.ts';
import { type OwnedState, ownedState } from './take-over.ts';
import { requireOwner } from './write-rights.ts';

/**
 * Drafts the delete of a record, and before it of all that requires it and that this device may write: children first
 * (DEP-3). What is not there is left alone. Trees may be deep, so nothing here calls itself.
 */
export function draftDelete(drafts: Drafts, write: RecordDelete): void {
  const root = aliveRecord(drafts, write.ref);
  if (root === undefined) return;
  requireOwner(drafts, root.spec, write.ref, root.owner);
  const entered = new Set([refKey(write.ref)]);
  const stack = [
    { ...root, ref: write.ref, seen: root.seen(seenBy(drafts, write, root.state)), isEntered: false },
  ];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.isEntered) {
      drafts.delete(top.spec, top.ref, top.seen);
      stack.pop();
      continue;
    }
    top.isEntered = true;
    if (outlives(top.spec, top.state, top.seen)) continue;
    for (const ref of drafts.reader.referringTo(top.ref)) {
      if (entered.has(refKey(ref))) continue;
      const child = requiringRecord(drafts, ref, top.ref);
      if (child === undefined) continue;
      entered.add(refKey(ref));
      stack.push({ ...child, ref, seen: child.seen(child.state.version), isEntered: false });
    }
  }
}

interface AliveRecord {
  readonly spec: ModelSpec;
  readonly owner: Owner;
  /** As its owner is shown it (MRG-5). */
  readonly state: RecordState;
  readonly seen: OwnedState['seen'];
}

/** Whether the record stays after all: an edit that the delete has not seen beats it, where the model says so (MRG-4). */
function outlives(spec: ModelSpec, { fields }: RecordState, seen: Version): boolean {
  if (spec.deletes !== 'edit-wins') return false;
  return [...fields.values()].some((siblings) => siblings.some(({ dot }) => !covers(seen, dot)));
}

/** What `child` is, if it cannot be shown without `ref` and is ours to delete. */
function requiringRecord(drafts: Drafts, child: RecordRef, ref: RecordRef): AliveRecord | undefined {
  const found = aliveRecord(drafts, child);
  if (found === undefined) return undefined;
  const { spec, state } = found;
  const isRequired = referencesOf(spec).some(
    (field) => field.missing === 'wait' && field.target === ref.model && viewField(field, state) === ref.id,
  );
  if (!isRequired) return undefined;
  const isOurs = found.owner.kind === 'shared' || isOwner(found.owner, drafts.scope.device);
  return isOurs ? found : undefined;
}

function aliveRecord({ scope, reader }: Drafts, ref: RecordRef): AliveRecord | undefined {
  const spec = scope.registry.require(ref.model);
  const here = reader.record(ref)?.state;
  if (here === undefined) return undefined;
  const owner = ownerOf(scope.registry, reader, spec, ref.id, here);
  const { state, isThere, seen } = ownedState(owner, spec, here);
  return isThere ? { spec, owner, state, seen } : undefined;
}
