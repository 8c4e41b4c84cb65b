import type { RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import type { RecordState } from '../record/state.ts';
import { isAlive } from '../record/view.ts';
import { RefMap } from '../ref-map.ts';
import { judgeByOwner } from './owner.ts';
import type { NulledReference, ParkReason } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

/** What a record is by itself, before anyone asks whether what it refers to is visible. */
export type Standing =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unfit'; readonly reason: ParkReason; readonly waitsFor: NulledReference | null }
  /** Who owns it is not known yet: the reference leads to what has not arrived (MRG-5). */
  | { readonly kind: 'unjudged'; readonly through: NulledReference }
  | { readonly kind: 'deleted' }
  | {
      readonly kind: 'alive';
      readonly spec: ModelSpec;
      readonly stored: StoredRecord;
      /** The state as its owner wrote it (MRG-5): the only one that the view may look at. */
      readonly state: RecordState;
    };

/** Answers for any record, and remembers: states do not change while a plan is made. */
export function standings(registry: Registry, reader: ViewReader): (ref: RecordRef) => Standing {
  const standingByRef = new RefMap<Standing>();
  const owners = remembering(reader);
  return (ref) => {
    let standing = standingByRef.get(ref);
    if (standing === undefined) {
      standing = standingOf(registry, reader, owners, ref);
      standingByRef.set(ref, standing);
    }
    return standing;
  };
}

function standingOf(
  registry: Registry,
  reader: ViewReader,
  owners: Pick<ViewReader, 'record'>,
  ref: RecordRef,
): Standing {
  const stored = reader.record(ref);
  if (stored === undefined) return { kind: 'unknown' };
  const spec = registry.get(ref.model);
  if (spec === undefined) return { kind: 'unfit', reason: 'unknown-model', waitsFor: null };
  if (stored.schemaVersion > spec.schemaVersion) {
    return { kind: 'unfit', reason: 'unknown-schema', waitsFor: null };
  }
  const judged = judgeByOwner(registry, owners, spec, ref.id, stored.state);
  if (judged.kind === 'refused') return { kind: 'unfit', reason: 'refused', waitsFor: judged.through };
  if (judged.kind === 'unjudged') return judged;
  if (!isAlive(spec, judged.state)) return { kind: 'deleted' };
  if (lacksReference(spec, judged.state)) return { kind: 'unfit', reason: 'refused', waitsFor: null };
  return { kind: 'alive', spec, stored, state: judged.state };
}

/** Many records are owned through one: it is read, and its state opened, once. */
function remembering(reader: ViewReader): Pick<ViewReader, 'record'> {
  const storedByRef = new RefMap<StoredRecord | null>();
  return {
    record(ref) {
      let stored = storedByRef.get(ref);
      if (stored === undefined) {
        stored = reader.record(ref) ?? null;
        storedByRef.set(ref, stored);
      }
      return stored ?? undefined;
    },
  };
}

/** Whether a reference that must not be null is: it was never written, or not by whom it takes. */
function lacksReference(spec: ModelSpec, state: RecordState): boolean {
  for (const { name, nullable } of referencesOf(spec))
    if (!nullable && typeof state.fields.get(name)?.[0]?.value !== 'string') return true;
  return false;
}
