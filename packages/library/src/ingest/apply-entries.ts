import {
  type ApplyCounts,
  asShoalError,
  type DeviceId,
  type Dot,
  errorAbout,
  type LibraryId,
  type ModelSpec,
  makeDot,
  planApply,
  type RecordConflicts,
  type RecordRef,
  type RecordState,
  ShoalError,
  type ViewPlan,
  type ViewReader,
} from '@shoal/core';
import type { ParsedEntry, PositionedEntry } from '@shoal/proto';
import { unheardRecords } from '../capture/unheard-records.ts';
import { type KeyRing, openPayload } from '../crypto/seal.ts';
import type { ClockStore, Drift } from '../store/clock-store.ts';
import { lastSeen } from '../store/last-seen.ts';
import type { LibraryStore, ViewChange } from '../store/library-store.ts';
import { openedState } from '../store/record-store.ts';
import { checkState } from './check-state.ts';
import { isPlacedBy } from './not-here-yet.ts';

/** What applying needs, wired once per opening of a library. */
export interface ApplyContext {
  readonly store: LibraryStore;
  readonly clock: ClockStore;
  readonly libraryId: LibraryId;
  readonly device: DeviceId;
  readonly ring: KeyRing;
  readonly wallMs: () => number;
}

/** An entry of the local log with its place. */
export interface SequencedEntry {
  readonly seq: number;
  readonly entry: ParsedEntry & Partial<Pick<PositionedEntry, 'position'>>;
}

/** What a batch did. */
export interface Applied {
  readonly changes: readonly ViewChange[];
  /** Those that said something new. */
  readonly applied: readonly SequencedEntry[];
  readonly quarantined: readonly { readonly entry: SequencedEntry; readonly error: ShoalError }[];
  /** Said nothing new, and do not open: nothing to wait for, but they must let nothing go (LOG-3). */
  readonly unopened: readonly SequencedEntry[];
  readonly drifts: readonly Drift[];
  /** What is not shown from now on, and why. */
  readonly hidden: ViewPlan['hidden'];
  /** The conflicts that are open of the records that were touched (MRG-8). */
  readonly journal: readonly RecordConflicts[];
  /** What came of each entry that opened: ignored, no conflict, merged, or a conflict in the journal (MRG-8). */
  readonly counts: ApplyCounts;
}

/**
 * Applies entries within the caller's immediate transaction, which also moves the cursor (ING-2). The one function
 * that writes synced tables from entries, whatever the route (ING-0); applying anything again changes nothing
 * (ING-1). What does not open is quarantined and holds nothing up (ING-3). Nothing here is captured (CHG-5).
 */
export function applyEntries(context: ApplyContext, entries: readonly SequencedEntry[]): Applied {
  const { store } = context;
  store.keys.refresh();
  store.parked.refresh();
  const incoming = entries.map(({ entry }) => ({
    ref: { model: entry.header.model, id: entry.header.recordId } as RecordRef,
    version: entry.header.version,
    schemaVersion: entry.header.schemaVersion,
    open: () => openState(context, entry),
  }));
  store.loadKeys(incoming.map(({ ref }) => ref));
  const drifts = context.clock.receive(dotsOf(entries), context.wallMs());
  const isUnheard = unheardRecords(
    store.records,
    incoming.map(({ ref }) => ref),
  );
  // Nothing is written before the plan is made.
  const reader: ViewReader = {
    ...store.reader,
    record: (ref) => (isUnheard(ref) ? undefined : store.reader.record(ref)),
  };
  const plan = planApply(store.registry, reader, incoming);
  const seen = lastSeen(store.registry, plan.journal, (ref) => candidates(context, ref, entries));
  store.records.putAll(plan.stored);
  const changes = store.carryOut(plan.view);
  store.journal.carryOut(plan.journal);
  store.journal.remember(seen);
  const quarantined = plan.quarantined.map(({ index, error }) => {
    const entry = entries[index]!;
    const { model, recordId: record, origin: device } = entry.entry.header;
    return { entry, error: errorAbout(asShoalError(error), { model, record, device }) };
  });
  const unopened = plan.skipped
    .map((index) => entries[index]!)
    .filter((each) => !isKnownToOpen(context, each));
  const passedOver = new Set([...plan.skipped, ...plan.quarantined.map(({ index }) => index)]);
  const applied = entries.filter((_, index) => !passedOver.has(index));
  const { journal, counts, view } = plan;
  return { changes, applied, quarantined, unopened, drifts, hidden: view.hidden, journal, counts };
}

/** What a record said before a batch, and what its entries say of it. Rare: a delete met an edit. */
function* candidates(
  context: ApplyContext,
  { model, id }: RecordRef,
  entries: readonly SequencedEntry[],
): Iterable<RecordState | undefined> {
  yield context.store.records.get({ model, id })?.state;
  for (const each of entries) {
    const { header } = each.entry;
    if (header.recordId === id && header.model === model) yield openedOrNothing(context, each);
  }
}

/** One that does not open says nothing; why is told elsewhere (ING-3). */
function openedOrNothing(context: ApplyContext, { entry }: SequencedEntry): RecordState | undefined {
  try {
    return openState(context, entry);
  } catch {
    return undefined;
  }
}

/** A copy that is damaged, or nobody's, would else stand for the good one in the log, as one of an equal version. */
function isKnownToOpen(context: ApplyContext, each: SequencedEntry): boolean {
  if (isPlacedBy(context.device, each)) return true;
  try {
    openState(context, each.entry);
    return true;
  } catch {
    return false;
  }
}

/** What an entry says of its record. Throws `unsealing-failed`, `malformed-message`, or as `checkState`. */
export function openState(
  { store, libraryId, ring }: Pick<ApplyContext, 'store' | 'libraryId' | 'ring'>,
  entry: ParsedEntry,
): RecordState {
  const { header } = entry;
  if (header.libraryId !== libraryId) {
    throw new ShoalError('malformed-message', `an entry is of the library ${header.libraryId}`, {
      field: 'library_id',
      library: libraryId,
    });
  }
  const payload = openPayload(ring, header.keyId, entry.headerBytes, entry.sealed);
  const state = openedState(header.version, payload);
  const spec = store.registry.get(header.model);
  // What a newer program wrote waits until this one knows its schema (DEP-5).
  if (spec !== undefined && header.schemaVersion <= spec.schemaVersion) {
    requireDomain(header, spec);
    checkState(spec, state);
  }
  return state;
}

/** Logs keep and let go by the domain that a header names: it must be the model's own (LOG-3, S3-20). */
function requireDomain({ domain, model }: ParsedEntry['header'], spec: ModelSpec): void {
  if (domain === spec.domain) return;
  throw new ShoalError('malformed-message', `${model} is of the domain ${spec.domain}, found ${domain}`, {
    field: 'domain',
  });
}

/** Every change that entries include (CLK-2). */
function* dotsOf(entries: readonly SequencedEntry[]): Iterable<Dot> {
  for (const { entry } of entries)
    for (const [replica, hlc] of entry.header.version) yield makeDot(hlc, replica);
}
