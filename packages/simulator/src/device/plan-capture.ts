import {
  type ApplyPlan,
  type Clock,
  checkFields,
  clockHlc,
  type DeviceId,
  type Dot,
  emptyState,
  fieldOf,
  isAlive,
  type ModelSpec,
  makeDot,
  ownerOf,
  type RecordRef,
  type RecordState,
  type ReplicaId,
  referencesOf,
  refKey,
  ShoalError,
  type StoredRecord,
  sameValue,
  type Value,
  type Version,
  type ViewReader,
  viewField,
  viewOf,
} from '@shoal/core';
import { registry } from '../data/domain.ts';
import type { LibraryFile, OutboxRow } from '../data/library-file.ts';
import type { Parts } from '../parts.ts';
import { rankOf } from './rank-of.ts';

/** One write of one record; `seen` is the version that the writer had read, null a blind write (MRG-1). */
export type LocalWrite =
  | {
      readonly kind: 'put';
      readonly ref: RecordRef;
      readonly fields: ReadonlyMap<string, Value>;
      readonly seen: Version | null;
    }
  | { readonly kind: 'delete'; readonly ref: RecordRef; readonly seen: Version | null };

/** A write as it was made: what the record of all writes needs to know to tell every state from nothing else. */
export interface MadeWrite {
  readonly ref: RecordRef;
  readonly dot: Dot;
  /** What the writer had seen, as it said. */
  readonly seen: Version;
  /** What was there when it wrote. */
  readonly here: Version;
  /** Null: a delete. */
  readonly fields: ReadonlyMap<string, Value> | null;
}

export interface CapturePlan {
  readonly stored: ApplyPlan['stored'];
  readonly view: ApplyPlan['view'];
  readonly clock: Clock;
  readonly items: readonly Omit<OutboxRow, 'id'>[];
  readonly made: readonly MadeWrite[];
}

interface Draft {
  readonly ref: RecordRef;
  readonly spec: ModelSpec;
  readonly dot: Dot;
  readonly isDelete: boolean;
  readonly before: StoredRecord | undefined;
  readonly stored: StoredRecord;
  readonly setReferences: readonly string[];
}

/**
 * Plans one local transaction, as the library's capture does: states, rows, outbox and clock (CHG-5). Throws typed
 * errors for what capture refuses; then nothing is written.
 */
export function planCapture(
  parts: Parts,
  file: LibraryFile,
  writer: { readonly device: DeviceId; readonly replica: ReplicaId; readonly wallMs: number },
  writes: readonly LocalWrite[],
): CapturePlan {
  const drafts = new Map<string, Draft>();
  const made: MadeWrite[] = [];
  const base = file.memory;
  const reader: ViewReader = {
    ...base,
    record: (ref) => drafts.get(refKey(ref))?.stored ?? base.record(ref),
  };
  let { clock } = file.content;
  const tick = (): Dot => {
    clock = parts.tickClock(clock, writer.wallMs);
    return makeDot(clockHlc(clock), writer.replica);
  };

  function put({ ref, fields: wanted, seen: loaded }: Extract<LocalWrite, { kind: 'put' }>): void {
    const spec = registry.require(ref.model);
    checkFields(spec, wanted);
    const before = reader.record(ref);
    const here = before?.state ?? emptyState;
    const isThere = before !== undefined && isAlive(spec, here);
    const fields = fieldsToWrite(spec, here, isThere, wanted);
    if (isThere && fields.size === 0) return;
    const dot = tick();
    const seen = loaded ?? here.version;
    const write = { dot, seen: parts.seenBy(seen, here.version), fields };
    const state = parts.putState(spec, here, write);
    requireOwnership(spec, ref, isThere ? here : state);
    made.push({ ref, dot, seen, here: here.version, fields });
    draft(spec, ref, dot, false, before, state, [...fields.keys()]);
  }

  function remove(ref: RecordRef, loaded: Version | null): void {
    const spec = registry.require(ref.model);
    const before = reader.record(ref);
    if (before === undefined || !isAlive(spec, before.state)) return;
    requireOwnership(spec, ref, before.state);
    for (const child of [...reader.referringTo(ref)]) if (goesWith(child, ref)) remove(child, null);
    const dot = tick();
    const seen = loaded ?? before.state.version;
    const write = { dot, seen: parts.seenBy(seen, before.state.version) };
    const state = parts.deleteState(before.state, write);
    made.push({ ref, dot, seen, here: before.state.version, fields: null });
    draft(spec, ref, dot, true, before, state, []);
  }

  function draft(
    spec: ModelSpec,
    ref: RecordRef,
    dot: Dot,
    isDelete: boolean,
    before: StoredRecord | undefined,
    state: RecordState,
    written: readonly string[],
  ): void {
    const earlier = drafts.get(refKey(ref));
    const setReferences = written.filter((name) => fieldOf(spec, name)?.kind === 'reference');
    drafts.set(refKey(ref), {
      ref,
      spec,
      dot,
      isDelete,
      before: earlier === undefined ? before : earlier.before,
      stored: { state, schemaVersion: Math.max(spec.schemaVersion, before?.schemaVersion ?? 0) },
      setReferences: [...(earlier?.setReferences ?? []), ...setReferences],
    });
  }

  /** What cannot be shown without it, and is ours to delete (DEP-3). */
  function goesWith(child: RecordRef, ref: RecordRef): boolean {
    const spec = registry.require(child.model);
    const state = reader.record(child)?.state;
    if (state === undefined || !isAlive(spec, state)) return false;
    const isRequired = referencesOf(spec).some(
      (field) => field.missing === 'wait' && field.target === ref.model && viewField(field, state) === ref.id,
    );
    const owner = ownerOf(registry, reader, spec, child.id, state);
    return (
      isRequired && (owner.kind === 'shared' || (owner.kind === 'device' && owner.device === writer.device))
    );
  }

  function requireOwnership(spec: ModelSpec, ref: RecordRef, state: RecordState): void {
    const owner = ownerOf(registry, reader, spec, ref.id, state);
    if (owner.kind === 'device' && owner.device !== writer.device)
      throw new ShoalError('not-owner', ref.model);
  }

  for (const write of writes) {
    if (write.kind === 'put') put(write);
    else remove(write.ref, write.seen);
  }
  const all = [...drafts.values()];
  const view = parts.planView(registry, reader, all);
  requireShown(base, view, drafts);
  const items = all.map(({ ref, spec, dot, isDelete, stored }) => ({
    ref,
    dot,
    isDelete,
    rank: rankOf(isDelete ? base : reader, spec, ref),
    kept: spec.strategy === 'log' ? stored.state : null,
  }));
  return { stored: all, view, clock, items, made };
}

/** All fields of a new or row-granular record, else those that differ from the view. */
function fieldsToWrite(
  spec: ModelSpec,
  here: RecordState,
  isThere: boolean,
  wanted: ReadonlyMap<string, Value>,
): Map<string, Value> {
  if (!isThere) {
    // A tombstone is brought back whole, by the writer's intent only (MRG-4).
    if (here.deletes.length > 0) return new Map(wanted);
    const whole = new Map(spec.fields.map((field) => [field.name, wanted.get(field.name) ?? field.default]));
    if (spec.ids !== 'derived') return whole;
    return new Map([...whole].filter(([name, value]) => !sameValue(fieldOf(spec, name)!.default, value)));
  }
  const shown = viewOf(spec, here);
  const changed = [...wanted].filter(([name, value]) => !sameValue(shown.get(name) ?? null, value));
  if (changed.length === 0) return new Map();
  return spec.granularity === 'row' ? new Map([...shown, ...wanted]) : new Map(changed);
}

/** A reference to nothing is refused, never parked. */
function requireShown(base: ViewReader, view: ApplyPlan['view'], drafts: ReadonlyMap<string, Draft>): void {
  const isSet = (ref: RecordRef, field: string) =>
    drafts.get(refKey(ref))?.setReferences.includes(field) === true;
  for (const outcome of view.hidden) {
    if (outcome.kind !== 'park' || outcome.waitsFor === null) continue;
    if (isSet(outcome.ref, outcome.waitsFor.field))
      throw new ShoalError('missing-reference', outcome.ref.model);
  }
  for (const { ref, nulled } of view.shown) {
    const missing = nulled.find(({ field, target }) => isSet(ref, field) && !base.isVisible(target));
    if (missing !== undefined) throw new ShoalError('missing-reference', ref.model);
  }
}
