import { schemaToWrite } from '../model/schema-versions.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import { withCreation } from '../record/creation.ts';
import type { RecordState } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { viewField } from '../record/view.ts';
import { draftDelete } from './draft-delete.ts';
import type { Drafts } from './drafts.ts';
import type { RecordDecision } from './record-write.ts';
import { requireWhole } from './require-whole.ts';
import { ownedState, wholeSlots } from './take-over.ts';
import { withinSchema } from './within-schema.ts';
import { requireOwnership } from './write-rights.ts';

/**
 * Drafts what decides a conflict: its values are written also where the record shows them already, since what counts is
 * that the write has seen the others (MRG-8). Throws as other writes do: `not-owner`, naming the device that decides.
 */
export function draftDecision(drafts: Drafts, write: RecordDecision): void {
  const { ref, slots } = write;
  const spec = drafts.scope.registry.require(ref.model);
  // Something met in it, so it is there.
  const { state: here, schemaVersion } = drafts.reader.record(ref)!;
  const owned = ownedState(requireOwnership(drafts, spec, ref, here), spec, here);
  const seen = owned.seen(write.seen);
  if (slots === null) {
    if (owned.isThere) draftDelete(drafts, { kind: 'delete', ref, seen });
    // What a delete hides goes for good.
    else drafts.delete(spec, ref, seen);
    return;
  }
  const written = owned.isTakenOver ? new Map([...wholeSlots(spec, owned.state), ...slots]) : slots;
  const fields = withCreation(spec, here, {
    fields: withinSchema(spec, Math.max(schemaToWrite(spec, drafts.scope.schemas), schemaVersion), written),
    isWhole: here.deletes.length > 0 || owned.isTakenOver,
  });
  requireWhole(spec, fields);
  const setReferences = changedReferences(spec, here, slots);
  const state = drafts.put(spec, ref, { seen, fields, clears: write.clears, setReferences });
  requireOwnership(drafts, spec, ref, state);
}

/** What was shown before need not be looked for: its target may be missing. */
function changedReferences(spec: ModelSpec, here: RecordState, slots: ReadonlyMap<string, Value>): string[] {
  const changed = referencesOf(spec).filter(
    (field) => slots.has(field.name) && !sameValue(slots.get(field.name)!, viewField(field, here)),
  );
  return changed.map(({ name }) => name);
}
