import { type RecordRef, refKey } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type ModelSpec, referencesOf } from '../model/spec.ts';
import type { Value } from '../record/value.ts';
import { isAlive, viewOf } from '../record/view.ts';
import { circleOf, cutOf } from './circle.ts';
import { judgeByOwner } from './owner.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

/** Why a record that is not deleted is not shown (DEP-3). */
export type ParkReason =
  /** A `wait` reference points to a record that this device has never heard of (DEP-4). */
  | 'missing'
  /** A `wait` reference points to a record that is itself parked. */
  | 'waiting'
  /** A `wait` reference points to a deleted record. */
  | 'orphaned'
  /** Nothing of it was written by its owner (MRG-5). */
  | 'refused'
  /** This program does not know the model, or not yet that version of it (DEP-5). */
  | 'unknown-model'
  | 'unknown-schema';

/** A reference that is not what the record says: shown as null. */
export interface NulledReference {
  readonly field: string;
  readonly target: RecordRef;
}

/** What the view shows of a record. `wasVisible` tells an update from an insert, and a removal from nothing. */
export type Outcome =
  | {
      readonly kind: 'show';
      readonly ref: RecordRef;
      readonly spec: ModelSpec;
      readonly stored: StoredRecord;
      readonly row: ReadonlyMap<string, Value>;
      readonly nulled: readonly NulledReference[];
      readonly wasVisible: boolean;
    }
  | {
      readonly kind: 'park';
      readonly ref: RecordRef;
      readonly reason: ParkReason;
      readonly waitsFor: NulledReference | null;
      readonly wasVisible: boolean;
    }
  | { readonly kind: 'gone'; readonly ref: RecordRef; readonly wasVisible: boolean };

type OutcomeOf<Kind> = Extract<Outcome, { kind: Kind }>;

/** Carry out in this order: what a shown record requires is shown before it, what requires a hidden one goes before it. */
export interface ViewPlan {
  readonly shown: readonly OutcomeOf<'show'>[];
  readonly hidden: readonly Exclude<Outcome, { kind: 'show' }>[];
}

/**
 * Computes what the view shows after the states of `changed` records changed; `reader` answers with the new
 * states. Visible is the least fixpoint of: alive, and every `wait` reference points to a visible record (DEP-2).
 * The result is a function of the merged states of all records, never of the order of arrival.
 */
export function planView(registry: Registry, reader: ViewReader, changed: readonly RecordRef[]): ViewPlan {
  const outcomes = new Map<string, Outcome>();
  const waitingByTarget = new Map<string, RecordRef[]>();
  const queue = inDependencyOrder(registry, changed);
  const queued = new Set(queue.map(refKey));

  const isVisible = (ref: RecordRef) => {
    const outcome = outcomes.get(refKey(ref));
    return outcome === undefined ? reader.isVisible(ref) : outcome.kind === 'show';
  };
  const enqueue = (refs: Iterable<RecordRef>) => {
    for (const ref of refs) {
      if (queued.has(refKey(ref))) continue;
      queued.add(refKey(ref));
      queue.push(ref);
    }
  };

  // States do not change while planning, so a circle looks at its members once.
  const circlesByCut = new Set<string>();
  const onCircle = (circle: readonly RecordRef[], cut: RecordRef) => {
    if (circlesByCut.has(refKey(cut))) return;
    circlesByCut.add(refKey(cut));
    enqueue(circle);
  };

  for (let next = 0; next < queue.length; next++) {
    const ref = queue[next]!;
    const key = refKey(ref);
    queued.delete(key);
    const before = isVisible(ref);
    const wasVisible = outcomes.get(key)?.wasVisible ?? before;
    const outcome = evaluate(registry, reader, isVisible, onCircle, ref, wasVisible);
    if (outcome === undefined) continue;
    outcomes.delete(key);
    outcomes.set(key, outcome);
    rememberWaiting(waitingByTarget, outcome);
    const after = outcome.kind === 'show';
    if (after && !before) enqueue([...reader.waitingFor(ref), ...(waitingByTarget.get(key) ?? [])]);
    if (before && !after) enqueue([...reader.referringTo(ref), ...showingIn(outcomes, ref)]);
    if (wasVisible && hasSelfReference(registry, ref)) enqueue(reader.cutFromCircle(ref.model));
    if (next > 4_096 && next * 2 > queue.length) next = dropDone(queue, next);
  }

  const all = [...outcomes.values()];
  return {
    shown: all.filter((outcome) => outcome.kind === 'show'),
    hidden: all.filter((outcome) => outcome.kind !== 'show').reverse(),
  };
}

function evaluate(
  registry: Registry,
  reader: ViewReader,
  isVisible: (ref: RecordRef) => boolean,
  onCircle: (circle: readonly RecordRef[], cut: RecordRef) => void,
  ref: RecordRef,
  wasVisible: boolean,
): Outcome | undefined {
  const stored = reader.record(ref);
  if (stored === undefined) return undefined;
  const spec = registry.get(ref.model);
  if (spec === undefined) return { kind: 'park', ref, reason: 'unknown-model', waitsFor: null, wasVisible };
  if (stored.schemaVersion > spec.schemaVersion) {
    return { kind: 'park', ref, reason: 'unknown-schema', waitsFor: null, wasVisible };
  }
  const judged = judgeByOwner(registry, reader, spec, ref.id, stored.state);
  if (judged === undefined) return { kind: 'park', ref, reason: 'refused', waitsFor: null, wasVisible };
  if (!isAlive(spec, judged)) return { kind: 'gone', ref, wasVisible };

  const row = viewOf(spec, judged);
  const nulled: NulledReference[] = [];
  for (const field of referencesOf(spec)) {
    const id = row.get(field.name);
    if (typeof id !== 'string') continue;
    const target = { model: field.target, id } as RecordRef;
    const visible = isVisible(target);
    // Only a record that others may already stand on, or whose target is not shown, can close a circle.
    if (field.target === ref.model && field.missing === 'wait' && (wasVisible || !visible)) {
      const circle = circleOf(registry, reader, ref, field.name);
      if (circle !== undefined) {
        const cut = cutOf(reader, circle, field.name);
        onCircle(circle, cut);
        if (cut.id === ref.id) {
          nulled.push({ field: field.name, target });
          row.set(field.name, null);
          continue;
        }
      }
    }
    if (visible) continue;
    if (field.missing === 'wait') {
      return {
        kind: 'park',
        ref,
        reason: waitReason(registry, reader, target),
        waitsFor: { field: field.name, target },
        wasVisible,
      };
    }
    nulled.push({ field: field.name, target });
    row.set(field.name, null);
  }
  return { kind: 'show', ref, spec, stored, row, nulled, wasVisible };
}

function waitReason(registry: Registry, reader: ViewReader, target: RecordRef): ParkReason {
  const stored = reader.record(target);
  if (stored === undefined) return 'missing';
  const spec = registry.get(target.model);
  return spec !== undefined && !isAlive(spec, stored.state) ? 'orphaned' : 'waiting';
}

/** Outcomes of this plan that wait for a target that may be shown later in the same plan. */
function rememberWaiting(waitingByTarget: Map<string, RecordRef[]>, outcome: Outcome): void {
  const targets =
    outcome.kind === 'park'
      ? outcome.waitsFor === null
        ? []
        : [outcome.waitsFor]
      : outcome.kind === 'show'
        ? outcome.nulled
        : [];
  for (const { target } of targets) {
    const key = refKey(target);
    const waiting = waitingByTarget.get(key);
    if (waiting === undefined) waitingByTarget.set(key, [outcome.ref]);
    else waiting.push(outcome.ref);
  }
}

/** Records shown by this very plan that refer to `ref`; the reader does not know them yet. */
function showingIn(outcomes: ReadonlyMap<string, Outcome>, ref: RecordRef): RecordRef[] {
  const refs: RecordRef[] = [];
  for (const outcome of outcomes.values()) {
    if (outcome.kind !== 'show') continue;
    const refersTo = referencesOf(outcome.spec).some(
      (field) => field.target === ref.model && outcome.row.get(field.name) === ref.id,
    );
    if (refersTo) refs.push(outcome.ref);
  }
  return refs;
}

function hasSelfReference(registry: Registry, ref: RecordRef): boolean {
  const spec = registry.get(ref.model);
  return (
    spec !== undefined &&
    referencesOf(spec).some((field) => field.target === ref.model && field.missing === 'wait')
  );
}

/** Parents first saves evaluations; the result does not depend on it. Removes doubles. */
function inDependencyOrder(registry: Registry, refs: readonly RecordRef[]): RecordRef[] {
  const refByKey = new Map(refs.map((ref) => [refKey(ref), ref]));
  return [...refByKey.values()].sort((a, b) => registry.level(a.model) - registry.level(b.model));
}

/** Keeps the queue from growing with what was evaluated; returns the new position. */
function dropDone(queue: RecordRef[], next: number): number {
  queue.splice(0, next + 1);
  return -1;
}
