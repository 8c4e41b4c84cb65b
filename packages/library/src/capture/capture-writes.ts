import {
  type ChangedRecord,
  type DeviceId,
  type Draft,
  type Drafts,
  draftWrites,
  type LibraryId,
  limits,
  mergeRuleOf,
  planBlindWrites,
  planJournal,
  planView,
  RefMap,
  type ReplicaId,
  rankFinder,
  requireFree,
  requireTargets,
  type SchemaVersions,
  ShoalError,
  type ViewReader,
} from '@shoal/core';
import { currentTraceParent, inPart } from '@shoal/telemetry';
import type { ClockStore } from '../store/clock-store.ts';
import { lastSeen } from '../store/last-seen.ts';
import type { LibraryStore, ViewChange } from '../store/library-store.ts';
import type { OutboxStore } from '../store/outbox-store.ts';
import type { LocalColumns } from '../store/row-store.ts';
import type { LocalWrite, WrittenRecord } from './local-write.ts';
import { outboxItem } from './outbox-item.ts';
import { unheardRecords } from './unheard-records.ts';

/** What capturing needs, wired once per opening of a library. */
export interface CaptureContext {
  readonly store: LibraryStore;
  readonly clock: ClockStore;
  readonly outbox: OutboxStore;
  readonly libraryId: LibraryId;
  readonly device: DeviceId;
  readonly replica: ReplicaId;
  readonly wallMs: () => number;
  /** The versions that are written now (DEP-5); where it is not given, those of the models. */
  readonly schemas?: () => SchemaVersions;
}

/** What a batch of writes did. */
export interface Captured {
  readonly written: readonly WrittenRecord[];
  readonly changes: readonly ViewChange[];
}

/**
 * Carries out writes and captures them, within the caller's immediate transaction (CHG-5): states, rows, derived
 * tables, outbox and clock move together or not at all. The one path for local writes, whoever makes them. The caller
 * has refreshed keys and parked records since the transaction began. `transactionStamp` is the same for all batches of
 * one transaction: they make one operation of each record (CHG-7). Throws typed errors that name the field; the caller
 * must roll back.
 */
export function captureWrites(
  context: CaptureContext,
  writes: readonly LocalWrite[],
  transactionStamp: string,
): Captured {
  const { store, outbox } = context;
  inPart('shoal.write.keys', () => {
    store.keys.forgetAbsent();
    store.loadKeys(writes.map(({ ref }) => ref));
  });
  const drafts = inPart('shoal.write.states', () => draftIn(context, writes));
  const all = drafts.all();
  const ranks = all.map(rankFinder(drafts));
  const now = { wallMs: context.wallMs(), traceParent: currentTraceParent() };
  const items = inPart('shoal.write.payloads', () =>
    store.records.putAll(all).map((payload, index) => {
      const draft = all[index]!;
      requireWithinBounds(draft, payload);
      return outboxItem(draft, ranks[index]!, payload, now);
    }),
  );
  const changes = inPart('shoal.write.rows', () => show(store, drafts, writes));
  inPart('shoal.write.outbox', () => {
    for (const { isNew, from, to } of stretchesOf(all)) {
      const some = items.slice(from, to);
      if (isNew) outbox.addFirst(some, transactionStamp);
      else for (const item of some) outbox.add(item, transactionStamp);
    }
  });
  if (drafts.clock !== drafts.scope.clock) context.clock.write(drafts.clock);
  return { written: all.map(({ ref, stored }) => ({ ref, version: stored.state.version })), changes };
}

interface Stretch {
  /** Whether nothing was known of the records. */
  readonly isNew: boolean;
  readonly from: number;
  readonly to: number;
}

/** Cuts drafts where new records and others meet: new ones are written together, all in their order. */
function stretchesOf(drafts: readonly Draft[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (let from = 0, to = 0; from < drafts.length; from = to) {
    const isNew = drafts[from]!.before === undefined;
    while (to < drafts.length && (drafts[to]!.before === undefined) === isNew) to++;
    stretches.push({ isNew, from, to });
  }
  return stretches;
}

/** Brings rows, derived tables and journal to where the states are. */
function show(store: LibraryStore, drafts: Drafts, writes: readonly LocalWrite[]): readonly ViewChange[] {
  const all = drafts.all();
  const plan = planView(store.registry, drafts.reader, [...all, ...givenBack(drafts, writes)]);
  requireTargets(drafts, plan);
  requireFree(drafts, plan);
  const local = localColumns(writes);
  const changes = store.carryOut(plan, local);
  const journal = planJournal(store.registry, drafts.reader, all, plan);
  store.journal.carryOut(journal);
  store.journal.remember(lastSeen(store.registry, journal, (ref) => [drafts.get(ref)?.before?.state]));
  store.journal.addSettled(planBlindWrites(drafts, writes));
  for (const write of writes)
    if ('local' in write && write.local !== undefined && local.has(write.ref))
      store.rows(write.ref.model).setLocal(write.ref.id, write.local);
  return changes;
}

function localColumns(writes: readonly LocalWrite[]): RefMap<LocalColumns> {
  const localByRef = new RefMap<LocalColumns>();
  for (const write of writes) {
    if (!('local' in write) || write.local === undefined) continue;
    const earlier = localByRef.get(write.ref);
    localByRef.set(write.ref, earlier === undefined ? write.local : { ...earlier, ...write.local });
  }
  return localByRef;
}

/**
 * Records that were written with what their merged state says anyway. A unit of work has put that into the row, where
 * the view may show another text (MRG-7), or the greater value (MRG-3): they are shown again.
 */
function givenBack({ scope, reader, get }: Drafts, writes: readonly LocalWrite[]): ChangedRecord[] {
  return writes.flatMap(({ kind, ref }) => {
    if (kind === 'delete' || get(ref) !== undefined) return [];
    const { uniques, fields } = scope.registry.require(ref.model);
    const isRenaming = uniques.some(({ policy }) => policy === 'rename');
    const isMerging = fields.some((field) => mergeRuleOf(field) !== 'last');
    if (!isRenaming && !isMerging) return [];
    return [{ ref, before: reader.record(ref) }];
  });
}

/** Within the transaction: the clock is read now, and stands still for all others until its end (CLK-2). */
function draftIn(context: CaptureContext, writes: readonly LocalWrite[]): Drafts {
  const { store, clock, device, replica, wallMs } = context;
  const { registry } = store;
  const isUnheard = unheardRecords(
    store.records,
    writes.map(({ ref }) => ref),
  );
  const reader: ViewReader = {
    ...store.reader,
    record: (ref) => (isUnheard(ref) ? undefined : store.reader.record(ref)),
  };
  const nulledFields = store.parked.nulledFields;
  return draftWrites(
    {
      registry,
      reader,
      nulledFields,
      schemas: context.schemas?.() ?? new Map(),
      device,
      replica,
      clock: clock.read(),
      wallMs,
    },
    writes,
  );
}

/** A state that no log would take must not come into being: it would hold up everything behind it. */
function requireWithinBounds({ ref, stored: { state } }: Draft, payload: Buffer): void {
  let values = state.deletes.length;
  for (const siblings of state.fields.values()) values += siblings.length;
  const isWithin =
    payload.length <= limits.payloadBytesMax &&
    values <= limits.siblingsMax &&
    state.version.size <= limits.versionReplicasMax;
  if (isWithin) return;
  throw new ShoalError(
    'payload-too-large',
    `the ${ref.model} would take ${payload.length} bytes in ${values} values of ${state.version.size} replicas; at most ` +
      `${limits.payloadBytesMax}, ${limits.siblingsMax} and ${limits.versionReplicasMax} are allowed`,
    { model: ref.model, record: ref.id },
  );
}
