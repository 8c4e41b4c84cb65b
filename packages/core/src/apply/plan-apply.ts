import { type RecordRef, refKey } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { joinCase, joinStates } from '../record/join.ts';
import type { RecordState } from '../record/state.ts';
import type { Version } from '../record/version.ts';
import { conflictDots, conflictsIn } from './conflicts.ts';
import { ownerOf } from './owner.ts';
import { planJournal, type RecordConflicts } from './plan-journal.ts';
import { type ChangedRecord, planView } from './plan-view.ts';
import type { ViewPlan } from './view-plan.ts';
import type { StoredRecord, ViewReader } from './view-reader.ts';

/** One entry as far as its header tells; `open` unseals the rest and throws when it cannot (ING-3). */
export interface IncomingChange {
  readonly ref: RecordRef;
  readonly version: Version;
  readonly schemaVersion: number;
  open(): RecordState;
}

/** What a batch of entries does to a library. Carry it out whole, with the cursor, in one transaction (ING-2). */
export interface ApplyPlan {
  /** New states by record, to be stored. */
  readonly stored: readonly (ChangedRecord & { readonly stored: StoredRecord })[];
  readonly view: ViewPlan;
  /** Entries that are included in what is here, and were not opened for that: nobody knows whether they do (LOG-3). */
  readonly skipped: readonly number[];
  /** Entries that did not open, with the reason; nothing of theirs is in the plan (ING-3). */
  readonly quarantined: readonly { readonly index: number; readonly error: unknown }[];
  /** What the device's journal has to hold open of the records that were touched (MRG-8). */
  readonly journal: readonly RecordConflicts[];
  readonly counts: ApplyCounts;
}

/** What came of each entry of a batch that opened (MRG-2). */
export interface ApplyCounts {
  /** Included in what was here: ignored. */
  readonly skipped: number;
  /** Included what was here: no conflict. */
  readonly taken: number;
  /** Concurrent, and nothing was lost by it. */
  readonly merged: number;
  /** Concurrent, and it left a conflict that was not there before: the journal has it (MRG-8). */
  readonly conflicting: number;
}

/**
 * Plans the application of entries in any order and any number of times: the state that results depends on
 * which entries were applied only (ING-1). The one path for every route of arrival (ING-0).
 */
export function planApply(
  registry: Registry,
  reader: ViewReader,
  changes: readonly IncomingChange[],
): ApplyPlan {
  const changed = new Map<
    string,
    { readonly ref: RecordRef; readonly stored: StoredRecord; readonly before: StoredRecord | undefined }
  >();
  const overlay: ViewReader = {
    ...reader,
    record: (ref) => changed.get(refKey(ref))?.stored ?? reader.record(ref),
  };
  const quarantined: { index: number; error: unknown }[] = [];
  const skipped: number[] = [];
  const counts = { taken: 0, merged: 0, conflicting: 0 };

  for (const [index, change] of changes.entries()) {
    const key = refKey(change.ref);
    const earlier = changed.get(key);
    const here = earlier === undefined ? reader.record(change.ref) : earlier.stored;
    const kind = here === undefined ? 'take' : joinCase(here.state.version, change.version);
    if (kind === 'skip') {
      skipped.push(index);
      continue;
    }
    try {
      const incoming = change.open();
      const state = kind === 'take' ? incoming : joinStates(here!.state, incoming);
      const schemaVersion = Math.max(change.schemaVersion, here?.schemaVersion ?? 0);
      const before = earlier === undefined ? here : earlier.before;
      changed.set(key, { ref: change.ref, stored: { state, schemaVersion }, before });
      if (kind === 'take') counts.taken++;
      else
        counts[
          hasNewConflict(registry, overlay, change.ref, here!.state, state) ? 'conflicting' : 'merged'
        ]++;
    } catch (error) {
      quarantined.push({ index, error });
    }
  }

  const stored = [...changed.values()];
  const view = planView(registry, overlay, stored);
  const journal = planJournal(registry, overlay, stored, view);
  return { stored, view, skipped, quarantined, journal, counts: { ...counts, skipped: skipped.length } };
}

function hasNewConflict(
  registry: Registry,
  reader: Pick<ViewReader, 'record'>,
  ref: RecordRef,
  before: RecordState,
  after: RecordState,
): boolean {
  const spec = registry.get(ref.model);
  if (spec === undefined) return false;
  const dotsIn = (state: RecordState) =>
    conflictsIn(spec, state, () => ownerOf(registry, reader, spec, ref.id, state)).flatMap(conflictDots);
  const known = new Set(dotsIn(before));
  return dotsIn(after).some((dot) => !known.has(dot));
}
