import type { Dot } from '../clock/dot.ts';
import type { DeviceId, ModelName, RecordId, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type ModelSpec, type ReferenceField, referencesOf } from '../model/spec.ts';
import { ownDotsOnly, type RecordState } from '../record/state.ts';
import { isAlive } from '../record/view.ts';
import type { NulledReference } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

/** Who may write a record (MRG-5). */
export type Owner =
  /** This device alone. */
  | { readonly kind: 'device'; readonly device: DeviceId }
  /** Any member; also where the field that names the owner is empty. */
  | { readonly kind: 'shared' }
  /** The record that tells has not arrived. */
  | { readonly kind: 'unknown' }
  /** The record that told was deleted, or is of a schema that this program cannot read. */
  | { readonly kind: 'lost' };

/** Follows the declared ownership to a device (MRG-5). The registry sees to it that this comes to an end. */
export function ownerOf(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  spec: ModelSpec,
  id: RecordId,
  state: RecordState,
): Owner {
  const { ownership } = spec;
  switch (ownership.kind) {
    case 'shared':
      return { kind: 'shared' };
    case 'self':
      return { kind: 'device', device: id as string as DeviceId };
    case 'device': {
      const device = state.fields.get(ownership.field)?.[0]?.value;
      return typeof device === 'string'
        ? { kind: 'device', device: device as DeviceId }
        : nobody(spec, state);
    }
    case 'through': {
      const through = ownedThrough(spec, state);
      if (through === null) return nobody(spec, state);
      return ownerThrough(registry, reader, through.target, reader.record(through.target));
    }
  }
}

/** Who owns what is owned through `ref`, when `stored` is what is stored of it. */
export function ownerThrough(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  ref: RecordRef,
  stored: StoredRecord | undefined,
): Owner {
  const spec = registry.require(ref.model);
  if (stored === undefined) return { kind: 'unknown' };
  if (stored.schemaVersion > spec.schemaVersion) return { kind: 'lost' };
  return ownerOf(registry, reader, spec, ref.id, stored.state);
}

/**
 * What is left of a state when the dots of others are refused; or that nothing is; or that nobody can tell.
 * `through` is the reference that leads to the owner, if it is one to another record.
 */
export type Judged =
  | { readonly kind: 'accepted'; readonly state: RecordState }
  | { readonly kind: 'refused'; readonly through: NulledReference | null }
  | { readonly kind: 'unjudged'; readonly through: NulledReference };

/**
 * The state as its owner wrote it: each dot is judged by the device of its replica, whoever carried the entry
 * (MRG-5). Until what tells the owner has arrived nothing is accepted, not even a delete: it may be another's.
 */
export function judgeByOwner(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  spec: ModelSpec,
  id: RecordId,
  state: RecordState,
): Judged {
  const owner = ownerOf(registry, reader, spec, id, state);
  const through = ownedThrough(spec, state);
  switch (owner.kind) {
    case 'shared':
      return { kind: 'accepted', state };
    case 'unknown':
      return { kind: 'unjudged', through: through! };
    case 'lost':
      // A tombstone stays one: the records that it hung on are gone.
      if (through === null || !isAlive(spec, state)) return { kind: 'accepted', state };
      return { kind: 'unjudged', through };
    case 'device': {
      const judged = ownDotsOnly(state, owner.device);
      if (judged === state) return { kind: 'accepted', state };
      if (isEmpty(judged) || ownerDot(spec, judged) !== ownerDot(spec, state))
        return { kind: 'refused', through };
      return { kind: 'accepted', state: judged };
    }
  }
}

/** The models whose records are owned through records of `model`, at one or more removes. */
export function modelsOwnedThrough(registry: Registry, model: ModelName): ModelName[] {
  const owned = registry.specs.filter((spec) => owningReference(spec)?.target === model);
  return owned.flatMap(({ name }) => [name, ...modelsOwnedThrough(registry, name)]);
}

/** Whether records of `model` are owned through records of `target`. */
export function isOwnedThrough(registry: Registry, model: ModelName, target: ModelName): boolean {
  const spec = registry.get(model);
  return spec !== undefined && owningReference(spec)?.target === target;
}

/** Whether two answers name the same owner. */
export function sameOwner(a: Owner, b: Owner): boolean {
  return a.kind === 'device' && b.kind === 'device' ? a.device === b.device : a.kind === b.kind;
}

/** A record that outlived a delete names nobody of its own will; one that did not has forgotten whom it named. */
function nobody(spec: ModelSpec, state: RecordState): Owner {
  return isAlive(spec, state) ? { kind: 'shared' } : { kind: 'lost' };
}

/** The dot that names the owner, if one does: nobody but the owner can. */
export function ownerDot({ ownership }: ModelSpec, { fields }: RecordState): Dot | undefined {
  return 'field' in ownership ? fields.get(ownership.field)?.[0]?.dot : undefined;
}

function isEmpty({ fields, deletes }: RecordState): boolean {
  return fields.size === 0 && deletes.length === 0;
}

/** The reference by which this record is owned, if it is set. */
function ownedThrough(spec: ModelSpec, state: RecordState): NulledReference | null {
  const field = owningReference(spec);
  const id = field && state.fields.get(field.name)?.[0]?.value;
  if (field === undefined || typeof id !== 'string') return null;
  return { field: field.name, target: { model: field.target, id } as RecordRef };
}

function owningReference(spec: ModelSpec): ReferenceField | undefined {
  const { ownership } = spec;
  if (ownership.kind !== 'through') return undefined;
  return referencesOf(spec).find((field) => field.name === ownership.field);
}
