import { type Owner, ownerOf, sameOwner } from '../apply/owner.ts';
import { isRenamed } from '../apply/unique-value.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import { isDerivedId, type RecordRef } from '../ids.ts';
import { checkFields } from '../model/check-fields.ts';
import { schemaToWrite } from '../model/schema-versions.ts';
import { fieldOf, type ModelSpec, owningFields, type ReferenceField, referencesOf } from '../model/spec.ts';
import { withCreation } from '../record/creation.ts';
import { emptyState, type RecordState } from '../record/state.ts';
import { sameValue, type Value } from '../record/value.ts';
import { type Version, withDot } from '../record/version.ts';
import { viewField, viewOf } from '../record/view.ts';
import type { Drafts } from './drafts.ts';
import { canonicalFields, isWritten, withRow } from './merge-writes.ts';
import { partsToWrite } from './parts-to-write.ts';
import type { RecordPut } from './record-write.ts';
import { requireWhole } from './require-whole.ts';
import { ownedState } from './take-over.ts';
import { withinSchema } from './within-schema.ts';
import { requireOwner, requireOwnership } from './write-rights.ts';

/** Drafts what a put or a replace makes of its record; nothing where it changes nothing. Throws typed errors. */
export function draftPut(drafts: Drafts, write: RecordPut): void {
  const { ref } = write;
  const spec = drafts.scope.registry.require(ref.model);
  checkFields(spec, write.fields);
  if (write.shown !== undefined) checkFields(spec, write.shown);
  const stored = drafts.reader.record(ref);
  const here = stored?.state ?? emptyState;
  const owner = ownerOf(drafts.scope.registry, drafts.reader, spec, ref.id, here);
  const owned = ownedState(owner, spec, here);
  const { state: shown, isThere, isTakenOver } = owned;
  const at = { here: shown, isThere, isTakenOver };
  const schemaVersion = Math.max(schemaToWrite(spec, drafts.scope.schemas), stored?.schemaVersion ?? 0);
  const fields = withinSchema(spec, schemaVersion, fieldsToWrite(drafts, spec, at, write));
  if (isThere && fields.size === 0) return;
  if (isThere) requireOwner(drafts, spec, ref, owner);
  requireWhole(spec, fields);
  const seen = owned.seen(seenBy(drafts, write, here));
  const { replica } = drafts.scope;
  const isUpdate = isThere && !isTakenOver;
  const slots = partsToWrite({ spec, here, isThere: isUpdate, seen, replica, shown: write.shown }, fields);
  if (isUpdate && slots.fields.size === 0 && slots.clears.length === 0) return;
  const whole = withCreation(spec, here, { fields: slots.fields, isWhole: !isUpdate });
  const references = referencesOf(spec).filter(
    (field) => fields.has(field.name) && !(isTakenOver && isShown(field, shown, fields)),
  );
  const setReferences = references.map(({ name }) => name);
  const state = drafts.put(spec, ref, { seen, fields: whole, clears: slots.clears, setReferences });
  requireSameHands(drafts, write, { spec, state, before: isThere ? owner : undefined, fields });
}

/** Nobody can give a record to another device, or take one: that is what claims are for (MRG-5). */
function requireSameHands(
  drafts: Drafts,
  { ref }: RecordPut,
  {
    spec,
    state,
    before,
    fields,
  }: { spec: ModelSpec; state: RecordState; before: Owner | undefined; fields: ReadonlyMap<string, Value> },
): void {
  if (before !== undefined && !owningFields(spec).some((name) => fields.has(name))) return;
  const after = requireOwnership(drafts, spec, ref, state);
  if (before?.kind !== 'claimed' || sameOwner(before, after)) return;
  const [field] = owningFields(spec);
  throw new ShoalError(
    'invalid-argument',
    `"${field}" of ${spec.name} leads to what changes hands by itself; make the ${spec.name} there anew`,
    { model: spec.name, record: ref.id, field: field! },
  );
}

function isShown(field: ReferenceField, shown: RecordState, fields: ReadonlyMap<string, Value>): boolean {
  return sameValue(viewField(field, shown), fields.get(field.name)!);
}

/** What the writer had read, and what it wrote itself earlier in this batch (MRG-1). */
export function seenBy(
  drafts: Drafts,
  write: { readonly ref: RecordRef; readonly seen: Version | null },
  here: RecordState,
): Version {
  if (write.seen === null) return here.version;
  const earlier = drafts.get(write.ref);
  return earlier === undefined ? write.seen : withDot(write.seen, earlier.dot);
}

/** The fields that a write carries: all of a new or row-granular record, else those that differ from the view. */
function fieldsToWrite(
  { scope }: Drafts,
  spec: ModelSpec,
  { here, isThere, isTakenOver }: { here: RecordState; isThere: boolean; isTakenOver: boolean },
  write: RecordPut,
): Map<string, Value> {
  // A tombstone is brought back whole, by the writer's intent only (MRG-4).
  const isPartial = write.kind === 'put' && (isThere || here.deletes.length > 0);
  const given = canonicalFields(spec, write.fields);
  const wanted = isPartial ? new Map(given) : withDefaults(spec, given);
  if (!isThere) {
    const omitsDefaults = isNamedByFields(spec, write.ref) && here.deletes.length === 0;
    return omitsDefaults ? withoutDefaults(spec, wanted) : wanted;
  }
  const merged = viewOf(spec, here);
  const hasNull = [...wanted.values()].includes(null);
  const nulled = hasNull ? new Set(scope.nulledFields(write.ref)) : new Set<string>();
  const changed = new Map(
    [...wanted].filter(
      // What the view shows, given back, is no change, where it shows null in place of a missing target (MRG-3, DEP-3)
      // or another text in place of one that an elder has (MRG-7).
      ([name, value]) =>
        !sameValue(write.shown?.get(name) ?? merged.get(name) ?? null, value) &&
        !(value === null && nulled.has(name)) &&
        !isRenamed(spec, write.ref.id, { name, merged: merged.get(name) ?? null, value }) &&
        isWritten(spec, here, name, value),
    ),
  );
  if (isTakenOver) return new Map([...merged, ...changed]);
  return spec.granularity === 'row' && changed.size > 0 ? withRow(spec, merged, changed) : changed;
}

/** Every field of the model, in its order. */
function withDefaults(spec: ModelSpec, fields: ReadonlyMap<string, Value>): Map<string, Value> {
  const whole = new Map<string, Value>();
  for (const field of spec.fields) {
    const given = fields.get(field.name);
    if (given !== undefined) {
      whole.set(field.name, given);
      continue;
    }
    const isRequired = field.kind === 'reference' ? !field.nullable : field.required === true;
    if (isRequired) {
      throw new ShoalError('invalid-argument', `"${field.name}" of ${spec.name} is required`, {
        model: spec.name,
        field: field.name,
      });
    }
    whole.set(field.name, field.default);
  }
  return whole;
}

function isNamedByFields({ ids }: ModelSpec, { id }: RecordRef): boolean {
  return ids === 'derived' || (ids === 'mixed' && isDerivedId(id));
}

/** A derived record that two devices make must not fight over defaults that neither chose (MRG-6). */
function withoutDefaults(spec: ModelSpec, fields: ReadonlyMap<string, Value>): Map<string, Value> {
  return new Map([...fields].filter(([name, value]) => !sameValue(fieldOf(spec, name)!.default, value)));
}
