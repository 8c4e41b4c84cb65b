import type { Dot } from '../clock/dot.ts';
import type { DeviceId, ModelName, RecordId, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type ModelSpec, type ReferenceField, referencesOf } from '../model/spec.ts';
import { ownDotsOnly, type RecordState, type Sibling } from '../record/state.ts';
import { isAlive } from '../record/view.ts';
import { type Claim, claimOf, claimsIn, latestEpochOnly, sameClaims } from './claims.ts';
import type { NulledReference } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

/** Who may write a record (MRG-5). */
export type Owner =
  /** This device alone. */
  | { readonly kind: 'device'; readonly device: DeviceId }
  /** The device of the first claim alone; what the others wrote before stands until it writes. Nobody, where none is. */
  | { readonly kind: 'claimed'; readonly claims: readonly Claim[] }
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
    case 'claims':
      return { kind: 'shared' };
    case 'self':
      return { kind: 'device', device: id as string as DeviceId };
    case 'device':
      return namedDevice(spec, state, ownership.field);
    case 'through': {
      const through = ownedThrough(registry, reader, spec, state);
      if (through !== null)
        return ownerThrough(registry, reader, through.target, reader.record(through.target));
      const { otherwise } = ownership;
      return otherwise === undefined ? nobody(spec, state) : namedDevice(spec, state, otherwise);
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
  if (spec.ownership.kind === 'claims')
    return { kind: 'claimed', claims: claimsIn(stored.state, spec.ownership.field) };
  return ownerOf(registry, reader, spec, ref.id, stored.state);
}

/** Whether `device` is the one device that may write. */
export function isOwner(owner: Owner, device: DeviceId): boolean {
  return ownerDevice(owner) === device;
}

/** The one device that may write; undefined where it is not one alone, or nobody knows, or none has claimed. */
export function ownerDevice(owner: Owner): DeviceId | undefined {
  switch (owner.kind) {
    case 'device':
      return owner.device;
    case 'claimed':
      return owner.claims[0]?.device;
    case 'shared':
    case 'unknown':
    case 'lost':
      return undefined;
  }
}

/** What of a state the owner's view looks at (MRG-5): the owner's dots, of the highest epoch where it changes hands. */
export function stateOfOwner(owner: Owner, state: RecordState): RecordState {
  switch (owner.kind) {
    case 'device':
      return ownDotsOnly(state, owner.device);
    case 'claimed':
      return latestEpochOnly(state, owner.claims);
    case 'shared':
    case 'unknown':
    case 'lost':
      return state;
  }
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
  const through = ownedThrough(registry, reader, spec, state);
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
    case 'claimed': {
      const judged = latestEpochOnly(state, owner.claims);
      if (judged === state) return { kind: 'accepted', state };
      if (isEmpty(judged)) return { kind: 'refused', through };
      if (!isAlive(spec, judged)) return { kind: 'accepted', state: judged };
      const named = ownerOf(registry, reader, spec, id, judged);
      if (named.kind === 'unknown')
        return { kind: 'unjudged', through: ownedThrough(registry, reader, spec, judged)! };
      return sameOwner(owner, named) ? { kind: 'accepted', state: judged } : { kind: 'refused', through };
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
  if (a.kind === 'claimed' && b.kind === 'claimed') return sameClaims(a.claims, b.claims);
  return a.kind === 'device' && b.kind === 'device' ? a.device === b.device : a.kind === b.kind;
}

/** A record that outlived a delete names nobody of its own will; one that did not has forgotten whom it named. */
function nobody(spec: ModelSpec, state: RecordState): Owner {
  return isAlive(spec, state) ? { kind: 'shared' } : { kind: 'lost' };
}

function namedDevice(spec: ModelSpec, state: RecordState, field: string): Owner {
  const device = state.fields.get(field)?.[0]?.value;
  return typeof device === 'string' ? { kind: 'device', device: device as DeviceId } : nobody(spec, state);
}

/** The dot that names the owner, if one does: nobody but the owner can. */
export function ownerDot({ ownership }: ModelSpec, { fields }: RecordState): Dot | undefined {
  if (!('field' in ownership)) return undefined;
  const [named] = fields.get(ownership.field) ?? [];
  const otherwise = ownership.kind === 'through' ? ownership.otherwise : undefined;
  if (otherwise === undefined || typeof named?.value === 'string') return named?.dot;
  return fields.get(otherwise)?.[0]?.dot;
}

function isEmpty({ fields, deletes }: RecordState): boolean {
  return fields.size === 0 && deletes.length === 0;
}

/** The reference by which this record is owned, if it is set. */
function ownedThrough(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  spec: ModelSpec,
  state: RecordState,
): NulledReference | null {
  const field = owningReference(spec);
  if (field === undefined) return null;
  const target = (sibling: Sibling | undefined) =>
    typeof sibling?.value === 'string' ? ({ model: field.target, id: sibling.value } as RecordRef) : null;
  const siblings = state.fields.get(field.name) ?? [];
  const leading =
    siblings.length < 2
      ? siblings[0]
      : leadingSibling(siblings, (sibling) => {
          const ref = target(sibling);
          return ref === null ? undefined : ownerThrough(registry, reader, ref, reader.record(ref));
        });
  const ref = target(leading);
  return ref === null ? null : { field: field.name, target: ref };
}

/**
 * Of several siblings the last writer's leads to the owner. Where that changes hands one of a higher epoch that leads to the
 * same comes before it: a former owner leads nobody away.
 */
function leadingSibling(
  siblings: readonly Sibling[],
  ownerBy: (sibling: Sibling) => Owner | undefined,
): Sibling {
  const [last, ...others] = siblings;
  const owner = ownerBy(last!);
  if (owner?.kind !== 'claimed') return last!;
  let leading = last!;
  const epochOf = ({ dot }: Sibling) => claimOf(owner.claims, dot) >>> 0;
  for (const other of others) {
    if (epochOf(other) >= epochOf(leading)) continue;
    const named = ownerBy(other);
    if (named !== undefined && sameOwner(named, owner)) leading = other;
  }
  return leading;
}

function owningReference(spec: ModelSpec): ReferenceField | undefined {
  const { ownership } = spec;
  if (ownership.kind !== 'through') return undefined;
  return referencesOf(spec).find((field) => field.name === ownership.field);
}
