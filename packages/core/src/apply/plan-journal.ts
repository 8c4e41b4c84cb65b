import type { Dot } from '../clock/dot.ts';
import type { RecordRef } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import type { RecordState } from '../record/state.ts';
import { RefMap } from '../ref-map.ts';
import { type Conflict, conflictDots, conflictOfOutcome, conflictsIn } from './conflicts.ts';
import { ownerOf } from './owner.ts';
import type { ChangedRecord } from './plan-view.ts';
import type { Outcome, ViewPlan } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

/** What a device's journal has to hold open of one record from now on (MRG-8). */
export interface RecordConflicts {
  readonly ref: RecordRef;
  /** The state that it is about. */
  readonly state: RecordState;
  readonly conflicts: readonly Conflict[];
  /** Nothing was stored of the record before, so the journal holds nothing of it. */
  readonly isNew: boolean;
}

/** What to do to the rows of one record; `Row` is however the journal keeps them. */
export type JournalStep<Row> =
  | { readonly kind: 'open'; readonly conflict: Conflict }
  /** The same conflict, of which there is more now. */
  | { readonly kind: 'grow'; readonly row: Row; readonly conflict: Conflict }
  /** It is over: `by` is the change that settled it, null where that was one of another record. */
  | { readonly kind: 'settle'; readonly row: Row; readonly by: Dot | null };

/**
 * The open conflicts of every record that a plan touched, given the records whose states changed and the view that
 * follows; `reader` answers with the new states. Open is what `conflictsIn` and the view's outcomes say now, so the
 * open rows do not depend on order, batches or repetition (ING-1); which of those that are over were ever seen does.
 */
export function planJournal(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  changed: readonly ChangedRecord[],
  view: ViewPlan,
): RecordConflicts[] {
  // A record that is listed twice is as its last listing says.
  const outcomeByRef = new RefMap<Outcome>();
  for (const outcome of view.shown) outcomeByRef.set(outcome.ref, outcome);
  for (const outcome of view.hidden) outcomeByRef.set(outcome.ref, outcome);

  const planned: RecordConflicts[] = [];
  const plan = (ref: RecordRef, outcome: Outcome | undefined, isNew: boolean) => {
    const stored = reader.record(ref)!;
    const conflicts = conflictsOf(registry, reader, ref, stored, outcome);
    if (conflicts.length > 0 || !isNew) planned.push({ ref, state: stored.state, conflicts, isNew });
  };
  const isChanged = new RefMap<true>();
  for (const { ref, before } of changed) {
    isChanged.set(ref, true);
    plan(ref, outcomeByRef.get(ref), before === undefined);
  }
  for (const outcome of outcomeByRef.values())
    if (!isChanged.has(outcome.ref)) plan(outcome.ref, outcome, false);
  return planned;
}

/** Brings the open rows of a record to what has to be open. Settled rows stay as they are. */
export function planJournalRows<Row extends { readonly conflict: Conflict }>(
  open: readonly Row[],
  { state, conflicts }: Pick<RecordConflicts, 'state' | 'conflicts'>,
): JournalStep<Row>[] {
  const steps: JournalStep<Row>[] = [];
  const left = new Set(conflicts);
  for (const row of open) {
    const now = [...left].find((conflict) => goesOn(row.conflict, conflict));
    if (now === undefined) {
      steps.push({ kind: 'settle', row, by: settledBy(row.conflict, state) });
      continue;
    }
    left.delete(now);
    if (!isSame(row.conflict, now)) steps.push({ kind: 'grow', row, conflict: now });
  }
  for (const conflict of left) steps.push({ kind: 'open', conflict });
  return steps;
}

/** Nothing can be said of what this program does not understand (DEP-5). */
function conflictsOf(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  ref: RecordRef,
  { state, schemaVersion }: StoredRecord,
  outcome: Outcome | undefined,
): Conflict[] {
  const spec = registry.get(ref.model);
  if (spec === undefined || schemaVersion > spec.schemaVersion) return [];
  const met = conflictsIn(spec, state, () => ownerOf(registry, reader, spec, ref.id, state));
  const ofView = outcome && conflictOfOutcome(outcome, state);
  return ofView === undefined ? met : [...met, ofView];
}

/** Whether `now` is `before` with more to it: nothing that met in it is gone. What the view decides is one as long as it lasts. */
function goesOn(before: Conflict, now: Conflict): boolean {
  if (before.kind !== now.kind || before.field !== now.field) return false;
  if (now.kind === 'circle-cut' || now.kind === 'orphaned') return true;
  const dots = new Set(conflictDots(now));
  return conflictDots(before).every((dot) => dots.has(dot));
}

function isSame(a: Conflict, b: Conflict): boolean {
  return a.winner === b.winner && conflictDots(a).join() === conflictDots(b).join();
}

/** The latest change in force that was no part of the conflict, and that it was about. */
function settledBy(conflict: Conflict, { fields, deletes }: RecordState): Dot | null {
  const met = new Set(conflictDots(conflict));
  const names = conflict.field === null ? [...fields.keys()] : [...conflict.content.fields.keys()];
  const inForce = [...names.flatMap((name) => (fields.get(name) ?? []).map(({ dot }) => dot)), ...deletes];
  const later = inForce.filter((dot) => !met.has(dot)).sort();
  return later.at(-1) ?? null;
}
