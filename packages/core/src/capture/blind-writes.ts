import type { Conflict } from '../apply/conflicts.ts';
import { ownerOf } from '../apply/owner.ts';
import type { RecordRef } from '../ids.ts';
import { partedFieldsOf, partRuleOf } from '../merge/merge-rule.ts';
import { slotField } from '../merge/slot.ts';
import type { ModelSpec } from '../model/spec.ts';
import { creationField } from '../record/creation.ts';
import type { RecordState, Sibling } from '../record/state.ts';
import { sameValue } from '../record/value.ts';
import { covers, emptyVersion, joinVersions, type Version } from '../record/version.ts';
import { RefMap } from '../ref-map.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { RecordWrite } from './record-write.ts';

/** A blind write and what it replaced, for the journal of this device. */
export interface BlindWrite {
  readonly ref: RecordRef;
  readonly conflict: Conflict;
}

/**
 * What the blind writes of a batch replaced (MRG-1, MRG-8): values and deletes that were there before it and that no
 * other write of the batch to that record had seen. Not the same value again; nothing of what goes with a delete; and
 * nothing of what one device alone may write, where no value of anybody else can be lost.
 */
export function planBlindWrites(drafts: Drafts, writes: readonly RecordWrite[]): BlindWrite[] {
  // Where there was nothing, as mostly, nothing was replaced.
  const blind = new Map<Draft, RecordState>();
  for (const { ref, seen } of writes) {
    const draft = seen === null ? drafts.get(ref) : undefined;
    if (draft?.before !== undefined && isAnybodys(drafts, draft, draft.before.state))
      blind.set(draft, draft.before.state);
  }
  if (blind.size === 0) return [];
  const seenByRef = new RefMap<Version>();
  for (const { ref, seen } of writes) {
    if (seen !== null) seenByRef.set(ref, joinVersions(seenByRef.get(ref) ?? emptyVersion, seen));
  }
  return [...blind].flatMap(([draft, before]) => {
    const { ref } = draft;
    const conflict = blindConflict(draft, before, seenByRef.get(ref) ?? emptyVersion);
    return conflict === undefined ? [] : [{ ref, conflict }];
  });
}

/** Whether others may write it, too, as it was or as it is now: what is owned through nothing is anybody's (MRG-5). */
function isAnybodys(drafts: Drafts, { ref, spec, stored }: Draft, before: RecordState): boolean {
  const { registry } = drafts.scope;
  const isShared = (state: RecordState) =>
    ownerOf(registry, drafts.reader, spec, ref.id, state).kind === 'shared';
  return spec.ownership.kind === 'shared' || isShared(before) || isShared(stored.state);
}

function blindConflict({ spec, dot, stored }: Draft, here: RecordState, seen: Version): Conflict | undefined {
  const fields = new Map<string, readonly Sibling[]>();
  for (const [field, siblings] of here.fields) {
    if (field === creationField) continue; // Written again, it says what it said.
    const now = stored.state.fields.get(field) ?? [];
    if (now.length > 0 && isCounted(spec, field)) continue; // A later total includes what the earlier one counted.
    const lost = siblings.filter((sibling) => !covers(seen, sibling.dot) && !isThere(sibling, now));
    if (lost.length > 0) fields.set(field, lost);
  }
  const deletes = lostDeletes(here, stored.state, seen);
  if (fields.size === 0 && deletes.length === 0) return undefined;
  return { kind: 'blind-write', field: null, winner: dot, content: { fields, deletes } };
}

function isCounted(spec: ModelSpec, slot: string): boolean {
  return partedFieldsOf(spec).some(
    (field) => field.name === slotField(slot) && partRuleOf(field) === 'counter',
  );
}

function isThere(lost: Sibling, now: readonly Sibling[]): boolean {
  return now.some(({ dot, value }) => dot === lost.dot || sameValue(value, lost.value));
}

function lostDeletes(before: RecordState, after: RecordState, seen: Version): RecordState['deletes'] {
  return before.deletes.filter((dot) => !covers(seen, dot) && !after.deletes.includes(dot));
}
