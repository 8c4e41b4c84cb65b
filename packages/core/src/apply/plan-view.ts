import type { ModelName, RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { referencesOf } from '../model/spec.ts';
import { viewOf } from '../record/view.ts';
import { RefMap } from '../ref-map.ts';
import { type Circle, circles, waitingSelfReference } from './circle.ts';
import { isOwnedThrough, modelsOwnedThrough, ownerThrough, sameOwner } from './owner.ts';
import { orderHidden, orderShown } from './plan-order.ts';
import { type Standing, standings } from './standing.ts';
import { createTargetIndex } from './target-index.ts';
import { createUniqueUpkeep, type UniqueUpkeep } from './unique-upkeep.ts';
import type { NulledReference, Outcome, ParkReason, ViewPlan } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';
import { createWorkQueue } from './work-queue.ts';

/** A record whose state changed, and what was stored of it before; undefined where nothing was. */
export interface ChangedRecord {
  readonly ref: RecordRef;
  readonly before: StoredRecord | undefined;
}

/**
 * Computes what the view shows after the states of `changed` records changed; `reader` answers with the new
 * states. Visible is the least fixpoint of: alive, not held, and every `wait` reference points to a visible record
 * (DEP-2); held is what has an alive elder with its value, visible or not (MRG-7).
 * What is visible is a function of the merged states of all records, never of the order of arrival.
 */
export function planView(
  registry: Registry,
  reader: ViewReader,
  changed: readonly ChangedRecord[],
): ViewPlan {
  const standingOf = standings(registry, reader);
  const circleOf = circles(registry, standingOf);
  const outcomes = new RefMap<Outcome>();
  const index = createTargetIndex();
  const uniques = createUniqueUpkeep(registry, reader);
  const referrersByHidden = new RefMap<RecordRef[]>();
  const queue = createWorkQueue();
  // Records of which others must be told, once, although they are neither shown nor hidden by it.
  const restated = new RefMap<true>();
  for (const { ref } of changed) restated.set(ref, true);
  const announced = new Set<Circle>();
  const recut = new Set<string>();

  const isVisible = (ref: RecordRef) => {
    const outcome = outcomes.get(ref);
    return outcome === undefined ? reader.isVisible(ref) : outcome.kind === 'show';
  };
  const waitingFor = (ref: RecordRef) => [...reader.waitingFor(ref), ...index.waitingFor(ref)];
  const referringTo = (ref: RecordRef) => [...reader.referringTo(ref), ...index.referringTo(ref)];

  /** A circle that is gone leaves a record cut that need not have been. */
  function lookAtCuts(model: ModelName): void {
    if (recut.has(model)) return;
    recut.add(model);
    if (waitingSelfReference(registry, model) !== undefined) queue.add(reader.cutFromCircle(model));
  }

  /** Where an owner changed, all that may be owned through it is judged anew (MRG-5). Rare: a claim, a return. */
  function judgeAnew(change: ChangedRecord): void {
    // What is new they were waiting for.
    if (change.before === undefined) return;
    const models = modelsOwnedThrough(registry, change.ref.model);
    const ownership =
      models.length === 0 ? 'same' : ownershipChange(registry, reader, change.ref, change.before);
    if (ownership === 'same') return;
    for (const model of models) {
      lookAtCuts(model);
      // What was alive is not any more: it is let go of where it was shown, and where it kept others from a value.
      if (ownership === 'lost' && registry.require(model).uniques.length === 0) continue;
      const owned = [...reader.recordsOf(model)];
      for (const ref of owned) restated.set(ref, true);
      queue.add(owned);
    }
  }

  for (const change of changed) {
    lookAtCuts(change.ref.model);
    judgeAnew(change);
  }
  queue.add(inDependencyOrder(registry, changed));

  for (let ref = queue.next(); ref !== undefined; ref = queue.next()) {
    const planned = outcomes.get(ref);
    const before = planned === undefined ? reader.isVisible(ref) : planned.kind === 'show';
    const wasVisible = planned?.wasVisible ?? before;
    const circle = circleOf(ref);
    if (circle !== undefined && !announced.has(circle)) {
      announced.add(circle);
      queue.add(circle.members);
    }
    const standing = standingOf(ref);
    queue.add(uniques.settle(ref, standing));
    const outcome = evaluate({ ref, standing, circle, standingOf, isVisible, wasVisible, uniques });
    if (outcome === undefined) continue;
    outcomes.set(ref, outcome);
    index.add(outcome);
    const after = outcome.kind === 'show';
    const isRestated = restated.delete(ref);
    if (after ? !before : isRestated) {
      const waiting = waitingFor(ref);
      for (const other of waiting)
        if (isOwnedThrough(registry, other.model, ref.model)) restated.set(other, true);
      queue.add(waiting);
    }
    if (before && !after) {
      // In the order of going only rows count that are there: what this plan showed and took back never was.
      referrersByHidden.set(ref, [...reader.referringTo(ref)]);
      queue.add(referringTo(ref));
    }
  }

  const all = [...outcomes.values()];
  return {
    shown: orderShown(
      registry,
      all.filter((outcome) => outcome.kind === 'show'),
    ),
    hidden: orderHidden(
      registry,
      all.filter((outcome) => outcome.kind !== 'show'),
      referrersByHidden,
    ),
    uniqueValues: uniques.changes(),
  };
}

/** What one record looks like, given what is visible; undefined for a record that nobody has heard of. */
function evaluate(at: {
  readonly ref: RecordRef;
  readonly standing: Standing;
  readonly circle: Circle | undefined;
  readonly standingOf: (ref: RecordRef) => Standing;
  readonly isVisible: (ref: RecordRef) => boolean;
  readonly wasVisible: boolean;
  readonly uniques: UniqueUpkeep;
}): Outcome | undefined {
  const { ref, standing, circle, wasVisible, uniques } = at;
  switch (standing.kind) {
    case 'unknown':
      return undefined;
    case 'unfit':
      return { kind: 'park', ref, reason: standing.reason, waitsFor: standing.waitsFor, wasVisible };
    case 'unjudged': {
      const { through } = standing;
      return {
        kind: 'park',
        ref,
        reason: waitReason(at.standingOf(through.target)),
        waitsFor: through,
        wasVisible,
      };
    }
    case 'deleted':
      return { kind: 'gone', ref, wasVisible };
    case 'alive':
      break;
  }
  const { spec, stored, state } = standing;
  if (uniques.isHeld(ref, spec)) return { kind: 'park', ref, reason: 'held', waitsFor: null, wasVisible };
  const row = viewOf(spec, state);
  uniques.rename(ref, spec, row);
  const nulled: NulledReference[] = [];
  for (const field of referencesOf(spec)) {
    const id = row.get(field.name);
    if (typeof id !== 'string') continue;
    const target = { model: field.target, id } as RecordRef;
    const isCut = circle?.field === field.name && circle.cut.id === ref.id;
    if (!isCut && at.isVisible(target)) continue;
    if (!isCut && field.missing === 'wait') {
      const reason = waitReason(at.standingOf(target));
      return { kind: 'park', ref, reason, waitsFor: { field: field.name, target }, wasVisible };
    }
    nulled.push({ field: field.name, target });
    row.set(field.name, null);
  }
  return { kind: 'show', ref, spec, stored, row, nulled, wasVisible };
}

function waitReason(target: Standing): ParkReason {
  switch (target.kind) {
    case 'unknown':
      return 'missing';
    case 'deleted':
      return 'orphaned';
    case 'unfit':
    case 'unjudged':
    case 'alive':
      return 'waiting';
  }
}

/**
 * What a change means for those who are owned through the record. By claims it is decided of a tombstone, too, whose it
 * is, and what of it is to be told (MRG-8): of these none is merely lost.
 */
function ownershipChange(
  registry: Registry,
  reader: ViewReader,
  ref: RecordRef,
  before: StoredRecord,
): 'same' | 'moved' | 'lost' {
  const now = ownerThrough(registry, reader, ref, reader.record(ref));
  const was = ownerThrough(registry, reader, ref, before);
  if (sameOwner(was, now)) return 'same';
  return now.kind === 'lost' && was.kind !== 'claimed' ? 'lost' : 'moved';
}

/** Parents first saves evaluations; the result does not depend on it. */
function inDependencyOrder(registry: Registry, changed: readonly ChangedRecord[]): RecordRef[] {
  return changed.map(({ ref }) => ref).sort((a, b) => registry.level(a.model) - registry.level(b.model));
}
