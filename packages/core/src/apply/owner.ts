import type { DeviceId, RecordId, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { fieldOf, type ModelSpec } from '../model/spec.ts';
import { dotsOf, ownDotsOnly, type RecordState } from '../record/state.ts';
import type { ViewReader } from './view-reader.ts';

/** The one device that may write a record; `shared`: any member; `unknown`: what tells it has not arrived. */
export type Owner =
  | { readonly kind: 'device'; readonly device: DeviceId }
  | { readonly kind: 'shared' }
  | { readonly kind: 'unknown' };

/** Longer chains of ownership than this are a mistake of the models. */
const hopsMax = 8;

/** Follows the declared ownership to a device (MRG-5). */
export function ownerOf(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  spec: ModelSpec,
  id: RecordId,
  state: RecordState,
): Owner {
  let at = { spec, id, state };
  for (let hops = 0; hops < hopsMax; hops++) {
    const { ownership } = at.spec;
    if (ownership.kind === 'shared') return { kind: 'shared' };
    if (ownership.kind === 'self') return { kind: 'device', device: at.id as string as DeviceId };
    const value = at.state.fields.get(ownership.field)?.[0]?.value;
    if (ownership.kind === 'device') {
      return typeof value === 'string' ? { kind: 'device', device: value as DeviceId } : { kind: 'unknown' };
    }
    if (typeof value !== 'string') return { kind: 'shared' };
    const field = fieldOf(at.spec, ownership.field);
    if (field?.kind !== 'reference') return { kind: 'unknown' };
    const target = { model: field.target, id: value } as RecordRef;
    const stored = reader.record(target);
    const targetSpec = registry.get(field.target);
    if (stored === undefined || targetSpec === undefined) return { kind: 'unknown' };
    at = { spec: targetSpec, id: target.id, state: stored.state };
  }
  return { kind: 'unknown' };
}

/**
 * The state as its owner wrote it: each dot is judged by the device of its replica, whoever carried the entry
 * (MRG-5). Undefined: nothing of it is the owner's.
 */
export function judgeByOwner(
  registry: Registry,
  reader: ViewReader,
  spec: ModelSpec,
  id: RecordId,
  state: RecordState,
): RecordState | undefined {
  const owner = ownerOf(registry, reader, spec, id, state);
  if (owner.kind !== 'device') return state;
  const judged = ownDotsOnly(state, owner.device);
  if (judged === state) return state;
  for (const _ of dotsOf(judged)) return judged;
  return undefined;
}
