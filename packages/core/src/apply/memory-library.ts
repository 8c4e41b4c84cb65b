import { assert } from '../errors/shoal-error.ts';
import { type RecordRef, refKey } from '../ids.ts';
import { fieldOf, referencesOf } from '../model/spec.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts';
import type { ApplyPlan } from './plan-apply.ts';
import { createUniqueStore } from './unique-store.ts';
import type { HideOutcome, Outcome, ShowOutcome, ViewPlan } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

type Parked = Extract<Outcome, { kind: 'park' }>;

/** A library in maps: what library.db is on devices. For tests and the simulator. */
export interface MemoryLibrary extends ViewReader {
  /** Everything ever heard of, tombstones included. */
  readonly records: ReadonlyMap<string, { readonly ref: RecordRef; readonly stored: StoredRecord }>;
  readonly shown: ReadonlyMap<string, ShowOutcome>;
  readonly parked: ReadonlyMap<string, Parked>;
  readonly journal: MemoryJournal['rows'];
  /**
   * Carries out a plan, strictly in its order. Throws `internal` where a step leans on a row that is not there,
   * as a foreign key in a real database would (DEP-2).
   */
  carryOut(plan: MemoryPlan): void;
}

/** What a library in maps carries out; without a journal planned none is kept. */
export type MemoryPlan = Pick<ApplyPlan, 'view'> &
  Partial<Pick<ApplyPlan, 'journal'>> & {
    readonly stored: readonly Pick<ApplyPlan['stored'][number], 'ref' | 'stored'>[];
    readonly blindWrites?: Parameters<MemoryJournal['addSettled']>[0];
  };

/** A library without records; `journal` is what it remembers all the same. */
export function createMemoryLibrary({
  journal: kept = [],
}: {
  journal?: MemoryJournal['rows'];
} = {}): MemoryLibrary {
  const records = new Map<string, { ref: RecordRef; stored: StoredRecord }>();
  const shown = new Map<string, ShowOutcome>();
  const parked = new Map<string, Parked>();
  const cut = new Map<string, RecordRef>();
  const journal = createMemoryJournal(kept);
  const waiting = createPointers();
  const referring = createPointers();
  const uniques = createUniqueStore();

  function show(outcome: ShowOutcome): void {
    const key = refKey(outcome.ref);
    assert(shown.has(key) === outcome.wasVisible, `${key}: the plan is wrong about what was visible`);
    const targets = rowTargets(outcome);
    for (const { target } of targets) {
      const isThere = shown.has(refKey(target));
      assert(isThere, `${key} is shown before ${refKey(target)}`);
    }
    shown.set(key, outcome);
    parked.delete(key);
    referring.point(outcome.ref, targets);
    waiting.point(outcome.ref, outcome.nulled);
    if (isCut(outcome)) cut.set(key, outcome.ref);
    else cut.delete(key);
  }

  function hide(outcome: HideOutcome): void {
    const key = refKey(outcome.ref);
    assert(shown.has(key) === outcome.wasVisible, `${key}: the plan is wrong about what was visible`);
    for (const ref of referring.at(outcome.ref)) {
      const other = shown.get(refKey(ref))!;
      const mustWait = rowTargets(other).some(
        ({ target, waits }) => waits && refKey(target) === key && refKey(ref) !== key,
      );
      assert(!mustWait, `${key} goes before ${refKey(ref)}, which requires it`);
    }
    shown.delete(key);
    parked.delete(key);
    cut.delete(key);
    if (outcome.kind === 'park') parked.set(key, outcome);
    referring.point(outcome.ref, []);
    waiting.point(outcome.ref, outcome.kind === 'park' && outcome.waitsFor ? [outcome.waitsFor] : []);
  }

  function carryOutView(view: ViewPlan): void {
    for (const outcome of view.shown) show(outcome);
    for (const outcome of view.hidden) hide(outcome);
    for (const change of view.uniqueValues) uniques.set(change);
    for (const { ref } of view.hidden) {
      assert(referring.at(ref).length === 0, `${refKey(ref)} is gone and still referred to`);
    }
  }

  return {
    records,
    shown,
    parked,
    journal: journal.rows,
    record: (ref) => records.get(refKey(ref))?.stored,
    isVisible: (ref) => shown.has(refKey(ref)),
    waitingFor: (ref) => waiting.at(ref),
    referringTo: (ref) => referring.at(ref),
    recordsOf: (model) => [...records.values()].map(({ ref }) => ref).filter((ref) => ref.model === model),
    cutFromCircle: (model) => [...cut.values()].filter((ref) => ref.model === model),
    uniqueValuesOf: uniques.valuesOf,
    sharing: uniques.sharing,
    carryOut({ stored, view, journal: planned = [], blindWrites = [] }) {
      for (const record of stored) records.set(refKey(record.ref), record);
      carryOutView(view);
      journal.carryOut(planned);
      journal.addSettled(blindWrites);
    },
  };
}

function rowTargets({ spec, row }: ShowOutcome): { target: RecordRef; waits: boolean }[] {
  return referencesOf(spec).flatMap((field) => {
    const id = row.get(field.name);
    if (typeof id !== 'string') return [];
    return [{ target: { model: field.target, id } as RecordRef, waits: field.missing === 'wait' }];
  });
}

function isCut({ spec, nulled }: ShowOutcome): boolean {
  return nulled.some(({ field }) => {
    const reference = fieldOf(spec, field);
    return reference?.kind === 'reference' && reference.missing === 'wait';
  });
}

/** Who points where, both ways. */
function createPointers() {
  const refsByTarget = new Map<string, Map<string, RecordRef>>();
  const targetsByRef = new Map<string, string[]>();
  return {
    point(ref: RecordRef, targets: readonly { readonly target: RecordRef }[]): void {
      const key = refKey(ref);
      for (const old of targetsByRef.get(key) ?? []) refsByTarget.get(old)?.delete(key);
      const keys = targets.map(({ target }) => refKey(target));
      targetsByRef.set(key, keys);
      for (const target of keys) {
        const refs = refsByTarget.get(target) ?? new Map<string, RecordRef>();
        refsByTarget.set(target, refs.set(key, ref));
      }
    },
    at: (target: RecordRef): RecordRef[] => [...(refsByTarget.get(refKey(target))?.values() ?? [])],
  };
}
