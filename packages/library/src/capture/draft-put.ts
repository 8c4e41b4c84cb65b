import {
  checkFields,
  emptyState,
  fieldOf,
  isAlive,
  type ModelSpec,
  putState,
  type RecordRef,
  type RecordState,
  referencesOf,
  ShoalError,
  sameValue,
  type Value,
  type Version,
  viewOf,
  withDot,
} from '@shoal/core';
import type { CaptureContext } from './capture-writes.ts';
import type { Drafts } from './drafts.ts';
import type { LocalPut } from './local-write.ts';
import { requireOwnership } from './write-rights.ts';

/** Adds what a put or a replace makes of its record; nothing where it changes nothing. Throws typed errors. */
export function draftPut(context: CaptureContext, drafts: Drafts, write: LocalPut): void {
  const { ref } = write;
  const spec = context.store.registry.require(ref.model);
  checkFields(spec, write.fields);
  const here = drafts.reader.record(ref)?.state ?? emptyState;
  const isThere = here.version.size > 0 && isAlive(spec, here);
  const fields = fieldsToWrite(context, spec, here, isThere, write);
  if (isThere && fields.size === 0) return;
  const dot = drafts.tick();
  const state = putState(spec, here, { dot, seen: seenBy(drafts, write, here), fields });
  if (isThere) requireOwnership(context, drafts.reader, spec, ref, here);
  // Nobody can give a record to another device, or take one: that would need a claim (MRG-5).
  if (!isThere || ('field' in spec.ownership && fields.has(spec.ownership.field)))
    requireOwnership(context, drafts.reader, spec, ref, state);
  const setReferences = referencesOf(spec).filter(({ name }) => fields.has(name));
  drafts.put(
    spec,
    ref,
    dot,
    state,
    setReferences.map(({ name }) => name),
  );
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
  context: CaptureContext,
  spec: ModelSpec,
  here: RecordState,
  isThere: boolean,
  write: LocalPut,
): Map<string, Value> {
  const wanted = new Map(write.fields);
  // A tombstone is brought back whole, by the writer's intent only (MRG-4).
  const isPartial = write.kind === 'put' && (isThere || here.deletes.length > 0);
  if (!isPartial) fillDefaults(spec, wanted);
  if (!isThere) {
    const omitsDefaults = spec.ids === 'derived' && here.deletes.length === 0;
    return omitsDefaults ? withoutDefaults(spec, wanted) : wanted;
  }
  const merged = viewOf(spec, here);
  const isNulled = nulledFields(context, write.ref, wanted);
  const changed = new Map(
    [...wanted].filter(
      ([name, value]) => !sameValue(merged.get(name) ?? null, value) && !(value === null && isNulled(name)),
    ),
  );
  return spec.granularity === 'row' && changed.size > 0 ? new Map([...merged, ...changed]) : changed;
}

/** Null given back where the view shows null in place of a missing target is no change (MRG-3, DEP-3). */
function nulledFields(
  context: CaptureContext,
  ref: RecordRef,
  wanted: ReadonlyMap<string, Value>,
): (name: string) => boolean {
  if (![...wanted.values()].includes(null)) return () => false;
  const nulled = new Set(context.store.parked.nulledFields(ref));
  return (name) => nulled.has(name);
}

function fillDefaults(spec: ModelSpec, fields: Map<string, Value>): void {
  for (const field of spec.fields) {
    if (fields.has(field.name)) continue;
    const isRequired = field.kind === 'reference' ? !field.nullable : field.required === true;
    if (isRequired) {
      throw new ShoalError('invalid-argument', `"${field.name}" of ${spec.name} is required`, {
        model: spec.name,
        field: field.name,
      });
    }
    fields.set(field.name, field.default);
  }
}

/** A derived record that two devices make must not fight over defaults that neither chose (MRG-6). */
function withoutDefaults(spec: ModelSpec, fields: ReadonlyMap<string, Value>): Map<string, Value> {
  return new Map([...fields].filter(([name, value]) => !sameValue(fieldOf(spec, name)!.default, value)));
}
