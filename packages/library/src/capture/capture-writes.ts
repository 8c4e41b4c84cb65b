import {
  checkFields,
  clockHlc,
  type DeviceId,
  type Dot,
  deleteState,
  emptyState,
  fieldOf,
  isAlive,
  type ModelSpec,
  makeDot,
  ownerOf,
  packRank,
  planView,
  putState,
  type RecordRef,
  type RecordState,
  type ReplicaId,
  referencesOf,
  refKey,
  ShoalError,
  type StoredRecord,
  sameValue,
  tickClock,
  type Value,
  type Version,
  type ViewPlan,
  type ViewReader,
  viewField,
  viewOf,
} from '@shoal/core';
import { encodeRecordPayload } from '@shoal/proto';
import type { ClockStore } from '../store/clock-store.ts';
import type { LibraryStore, ViewChange } from '../store/library-store.ts';
import type { OutboxItem, OutboxStore } from '../store/outbox-store.ts';
import type { LocalWrite, WrittenRecord } from './local-write.ts';
import { depthFinder } from './record-depth.ts';

/** What capturing needs, wired once per opening of a library. */
export interface CaptureContext {
  readonly store: LibraryStore;
  readonly clock: ClockStore;
  readonly outbox: OutboxStore;
  readonly device: DeviceId;
  readonly replica: ReplicaId;
  readonly wallMs: () => number;
}

/** What a transaction wrote. */
export interface Captured {
  readonly written: readonly WrittenRecord[];
  readonly changes: readonly ViewChange[];
}

interface Draft {
  readonly ref: RecordRef;
  readonly spec: ModelSpec;
  readonly dot: Dot;
  readonly change: OutboxItem['change'];
  /** The state before the first write of this transaction to the record. */
  readonly before: StoredRecord | undefined;
  readonly stored: StoredRecord;
  /** References that this write set: their targets must be visible. */
  readonly setReferences: readonly string[];
}

/**
 * Carries out writes and captures them, within the caller's immediate transaction (CHG-5): states, rows, derived
 * tables, outbox and clock move together or not at all. The one path for local writes, whoever makes them.
 * Throws typed errors that name the field; the caller rolls back.
 */
export function captureWrites(context: CaptureContext, writes: readonly LocalWrite[]): Captured {
  const { store } = context;
  store.keys.refresh();
  const drafts = new Map<string, Draft>();
  const reader = overlayReader(store.reader, drafts);
  const depthOf = depthFinder(store.reader);
  const start = context.clock.read();
  let clock = start;
  const tick = (): Dot => {
    clock = tickClock(clock, context.wallMs());
    return makeDot(clockHlc(clock), context.replica);
  };

  for (const write of writes) {
    if (write.kind === 'delete') draftDelete(context, reader, drafts, tick, write.ref, write.seen);
    else draftPut(context, reader, drafts, tick, write);
  }
  const transactionStamp = clockHlc(clock);
  for (const draft of drafts.values()) store.records.put(draft.ref, draft.stored);
  const plan = planView(store.registry, reader, [...drafts.values()]);
  requireShown(context, plan, drafts);
  // Ranks before the rows move: a deleted record stood where it stood.
  const newDepthOf = depthFinder(reader);
  const items = [...drafts.values()].map((draft) =>
    outboxItem(context, draft, draft.change === 'delete' ? depthOf : newDepthOf),
  );
  const changes = store.carryOut(plan);
  for (const write of writes)
    if (write.kind !== 'delete' && write.local !== undefined)
      store.rows(write.ref.model).setLocal(write.ref.id, write.local);
  for (const item of items) context.outbox.add(item, transactionStamp);
  if (clock !== start) context.clock.write(clock);
  return {
    written: [...drafts.values()].map(({ ref, stored }) => ({ ref, version: stored.state.version })),
    changes,
  };
}

function draftPut(
  context: CaptureContext,
  reader: ViewReader,
  drafts: Map<string, Draft>,
  tick: () => Dot,
  write: Exclude<LocalWrite, { kind: 'delete' }>,
): void {
  const spec = context.store.registry.require(write.ref.model);
  checkFields(spec, write.fields);
  const stored = reader.record(write.ref);
  const here = stored?.state ?? emptyState;
  const isThere = stored !== undefined && isAlive(spec, here);
  const fields = fieldsToWrite(spec, here, isThere, write);
  if (isThere && fields.size === 0) return;
  const dot = tick();
  const seen = write.seen ?? here.version;
  const state = putState(spec, here, { dot, seen, fields });
  requireOwnership(context, reader, spec, write.ref, isThere ? here : state);
  addDraft(context, drafts, spec, write.ref, dot, isThere ? 'update' : 'insert', state, stored, [
    ...fields.keys(),
  ]);
}

/** The fields that a write carries: all of a new or row-granular record, else those that differ from the view. */
function fieldsToWrite(
  spec: ModelSpec,
  here: RecordState,
  isThere: boolean,
  write: Exclude<LocalWrite, { kind: 'delete' }>,
): Map<string, Value> {
  const shown = isThere ? viewOf(spec, here) : undefined;
  const wanted = new Map(write.fields);
  if (write.kind === 'replace' || shown === undefined) {
    // A tombstone is brought back whole, by the writer's intent only (MRG-4).
    const bringsBack = here.deletes.length > 0 && write.kind === 'put';
    if (!bringsBack) fillDefaults(spec, wanted);
  }
  if (shown === undefined) {
    const omitsDefaults = spec.ids === 'derived' && here.deletes.length === 0;
    return omitsDefaults ? withoutDefaults(spec, wanted) : wanted;
  }
  const changed = [...wanted].filter(([name, value]) => !sameValue(shown.get(name) ?? null, value));
  if (changed.length === 0) return new Map();
  return spec.granularity === 'row' ? new Map([...shown, ...wanted]) : new Map(changed);
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

function draftDelete(
  context: CaptureContext,
  reader: ViewReader,
  drafts: Map<string, Draft>,
  tick: () => Dot,
  ref: RecordRef,
  seen: Version | null,
): void {
  const spec = context.store.registry.require(ref.model);
  const stored = reader.record(ref);
  if (stored === undefined || !isAlive(spec, stored.state)) return;
  requireOwnership(context, reader, spec, ref, stored.state);
  // What requires it goes with it, as far as this device may write it (DEP-3); children first.
  for (const child of [...reader.referringTo(ref)]) {
    if (requires(context, reader, child, ref)) draftDelete(context, reader, drafts, tick, child, null);
  }
  const dot = tick();
  const state = deleteState(stored.state, { dot, seen: seen ?? stored.state.version });
  addDraft(context, drafts, spec, ref, dot, 'delete', state, stored, []);
}

/** Whether `child` cannot be shown without `ref`, and is ours to delete. */
function requires(context: CaptureContext, reader: ViewReader, child: RecordRef, ref: RecordRef): boolean {
  const spec = context.store.registry.require(child.model);
  const state = reader.record(child)?.state;
  if (state === undefined || !isAlive(spec, state)) return false;
  const isRequired = referencesOf(spec).some(
    (field) => field.missing === 'wait' && field.target === ref.model && viewField(field, state) === ref.id,
  );
  const owner = ownerOf(context.store.registry, reader, spec, child.id, state);
  return (
    isRequired && (owner.kind === 'shared' || (owner.kind === 'device' && owner.device === context.device))
  );
}

function addDraft(
  context: CaptureContext,
  drafts: Map<string, Draft>,
  spec: ModelSpec,
  ref: RecordRef,
  dot: Dot,
  change: OutboxItem['change'],
  state: RecordState,
  before: StoredRecord | undefined,
  written: readonly string[],
): void {
  const earlier = drafts.get(refKey(ref));
  const setReferences = written.filter((name) => fieldOf(spec, name)?.kind === 'reference');
  const schemaVersion = Math.max(spec.schemaVersion, before?.schemaVersion ?? 0);
  drafts.set(refKey(ref), {
    ref,
    spec,
    dot,
    change:
      change === 'delete' ? 'delete' : context.outbox.isShipped(ref) ? 'update' : (earlier?.change ?? change),
    before: earlier === undefined ? before : earlier.before,
    stored: { state, schemaVersion },
    setReferences: [...(earlier?.setReferences ?? []), ...setReferences],
  });
}

function requireOwnership(
  context: CaptureContext,
  reader: ViewReader,
  spec: ModelSpec,
  ref: RecordRef,
  state: RecordState,
): void {
  const owner = ownerOf(context.store.registry, reader, spec, ref.id, state);
  if (owner.kind !== 'device' || owner.device === context.device) return;
  throw new ShoalError(
    'not-owner',
    `this ${spec.name} belongs to device ${owner.device}, which alone may write it`,
    {
      model: spec.name,
      record: ref.id,
      device: owner.device,
    },
  );
}

/** A local write must be visible at once: a reference to nothing is refused, never parked. */
function requireShown(context: CaptureContext, plan: ViewPlan, drafts: ReadonlyMap<string, Draft>): void {
  for (const outcome of plan.hidden) {
    const draft = drafts.get(refKey(outcome.ref));
    if (draft === undefined || outcome.kind !== 'park' || outcome.waitsFor === null) continue;
    if (draft.setReferences.includes(outcome.waitsFor.field))
      refuseReference(draft, outcome.waitsFor.field, outcome.waitsFor.target);
  }
  for (const { ref, nulled } of plan.shown) {
    const draft = drafts.get(refKey(ref));
    const missing = nulled.find(
      ({ field, target }) => draft?.setReferences.includes(field) && !context.store.reader.isVisible(target),
    );
    if (draft !== undefined && missing !== undefined) refuseReference(draft, missing.field, missing.target);
  }
}

function refuseReference({ spec, ref }: Draft, field: string, target: RecordRef): never {
  throw new ShoalError(
    'missing-reference',
    `"${field}" of ${spec.name} points to the ${target.model} ${target.id}, which is not here`,
    {
      model: spec.name,
      record: ref.id,
      field,
    },
  );
}

function outboxItem(
  context: CaptureContext,
  draft: Draft,
  depthOf: ReturnType<typeof depthFinder>,
): OutboxItem {
  const { spec, ref, stored } = draft;
  const state = draft.change === 'delete' ? (draft.before?.state ?? stored.state) : stored.state;
  const scope = spec.scope === null ? null : state.fields.get(spec.scope)?.[0]?.value;
  return {
    ref,
    dot: draft.dot,
    change: draft.change,
    kept:
      spec.strategy === 'log'
        ? { version: stored.state.version, payload: encodeRecordPayload(stored.state) }
        : null,
    scope: typeof scope === 'string' ? scope : null,
    rank: packRank({
      level: context.store.registry.level(ref.model),
      priority: spec.priority,
      depth: depthOf(spec, ref),
    }),
    wallMs: context.wallMs(),
  };
}

/** The library with the drafts on top. */
function overlayReader(base: ViewReader, drafts: ReadonlyMap<string, Draft>): ViewReader {
  return { ...base, record: (ref) => drafts.get(refKey(ref))?.stored ?? base.record(ref) };
}
