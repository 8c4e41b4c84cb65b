import type { LogId, LogSighting, RecordRef, Registry, ShoalError, Wanted } from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';
import { durableStep } from '@shoal/telemetry';
import { captureBatches } from './capture/capture-batches.ts';
import { captureContext } from './capture/capture-context.ts';
import { type OrphansDeleted, orphanDeleter } from './capture/delete-orphans.ts';
import type { LocalWrite, WrittenRecord } from './capture/local-write.ts';
import { outboxEntry } from './capture/outbox-entry.ts';
import { type RecordPage, recordPages } from './capture/read-records.ts';
import { type Applied, applyEntries, openState, type SequencedEntry } from './ingest/apply-entries.ts';
import { type Cursor, type CursorStore, cursorStore } from './ingest/cursor-store.ts';
import { type ExceptionStore, exceptionStore } from './ingest/exception-store.ts';
import { type LibraryQuarantine, libraryQuarantine } from './ingest/library-quarantine.ts';
import { missingRecords } from './ingest/missing-records.ts';
import { notHereYet } from './ingest/not-here-yet.ts';
import { quarantineStore } from './ingest/quarantine-store.ts';
import { type Replanned, replanKnown } from './ingest/replan-known.ts';
import type { LibraryOptions } from './library-options.ts';
import { libraryTelemetry } from './library-telemetry.ts';
import { requireKnownVersion } from './migrate-library.ts';
import type { Drift } from './store/clock-store.ts';
import type { LibraryStore, ViewChange } from './store/library-store.ts';
import { type LogMemory, logMemory } from './store/log-memory.ts';
import { openForWriting, type Sqlite } from './store/open-database.ts';
import type { OutboxRow, OutboxStore } from './store/outbox-store.ts';
import { type ShippedStretch, shippedStore } from './store/shipped-store.ts';
import { skewStore } from './store/skew-store.ts';
import { inTransaction } from './store/write-lock.ts';

/** Entries to ship, and the outbox rows they stand for. */
export interface Shipment {
  readonly entries: readonly ParsedEntry[];
  readonly rows: readonly OutboxRow[];
}

/** Where a log has committed what was shipped to it. */
export interface ShippedTo extends LogSighting {
  /** So many entries, the last of them at `seq`; 0, where it is not given: it had all. */
  readonly appended?: number;
}

/** Inside a transaction: what is there, and the one way to write it. */
export interface LibraryTransaction {
  readonly store: LibraryStore;
  capture(writes: readonly LocalWrite[]): readonly WrittenRecord[];
}

/** `isLocal`: made on this device, else arrived. */
export type ChangesListener = (changes: readonly ViewChange[], isLocal: boolean) => void;

/**
 * A library opened for writing by this process: a replica of its own (CHG-1). Every write is one immediate
 * transaction; several processes may have the same library open.
 */
export interface Library extends LibraryQuarantine {
  readonly options: LibraryOptions;
  readonly registry: Registry;
  readonly store: LibraryStore;
  readonly cursor: CursorStore;
  readonly exceptions: Pick<ExceptionStore, 'between'>;
  /** What this library remembers of its log (REP-6). */
  readonly logMemory: Omit<LogMemory, 'setShipped' | 'setFollowed' | 'setWhole'>;
  /** Writes and captures in one transaction (CHG-5); throws typed errors, and then nothing was written. */
  write(writes: readonly LocalWrite[]): Promise<readonly WrittenRecord[]>;
  /**
   * Runs `work` in one immediate transaction; synchronous, so that what it reads is what it writes upon. A capture
   * that fails fails the whole, also where `work` catches it.
   */
  transaction<T>(work: (transaction: LibraryTransaction) => T): Promise<T>;
  /** Tells of what another opening in this process has committed since `startMs`, as if it were of this one. */
  announce(changes: readonly ViewChange[], startMs: number): void;
  /** Hears of each commit of this opening that changed the view. Returns how to stop. */
  onChanges(listener: ChangesListener): () => void;
  /**
   * Applies entries of the local log, with the cursor, in one transaction (ING-2). `damaged` are seqs of the same
   * stretch that do not even parse.
   */
  apply(entries: readonly SequencedEntry[], cursor: Cursor, damaged?: readonly number[]): Promise<Applied>;
  /** Sets an entry aside that brings down whatever applies it, and moves the cursor past it (ING-3). */
  quarantine(entry: SequencedEntry, error: ShoalError, cursor: Cursor): Promise<void>;
  /** What waits to be shipped behind a row, at most `limit` changes, read in one read transaction (REP-8). */
  readOutbox(limit: number, afterId?: number): Shipment;
  /** Forgets what the log has committed (CHG-8), and remembers where that was (REP-6). */
  clearOutbox(rows: readonly OutboxRow[], shipped?: ShippedTo): Promise<void>;
  /**
   * The stretch of the log behind the cursor that holds only what this library shipped, so that applying it would do
   * nothing; undefined: there is none, or something that arrived may make a difference to it.
   */
  shippedAfter(cursor: Cursor): ShippedStretch | undefined;
  /**
   * A page of all records as entries, for the log of that id, which may lack them (REP-6); what was met in it and lies in
   * quarantine it has. Read in one read transaction.
   */
  readRecords(after: RecordRef | null, limit: number, logId?: LogId): RecordPage;
  /** The log is known to cover every record. */
  setWholeLog(logId: LogId): Promise<void>;
  /** Ingest begins to follow a log: what it passed over before, and would not now, is no exception (LOG-3). */
  sweepExceptions(logId: LogId): Promise<void>;
  /**
   * Deletes what this device owns of the next `limit` records that have been orphaned for `orphanGraceMs` (DEP-3).
   * Captured; capture's business alone.
   */
  deleteOrphans(limit: number): Promise<OrphansDeleted>;
  /**
   * After an upgrade: plans at most `limit` records that this program knows and the one before did not (DEP-5). To be
   * called until it is done, before anything is applied.
   */
  replanKnown(limit: number): Promise<Replanned>;
  /** What others wait for and nobody here has heard of, behind `after` (DEP-4). */
  missingRecords(after: RecordRef | null, limit: number): readonly Wanted[];
  /** Devices whose clocks run ahead of ours (CLK-4). */
  skews(): readonly Drift[];
  outboxCount(): number;
  outboxByModel: OutboxStore['countByModel'];
  /** Of which models something waits to be shipped; costs the same however much it is. */
  outboxModels: OutboxStore['models'];
  close(): void;
}

/** Opens a migrated library. Throws `version-mismatch` for one of a newer program, `disk-full`, `read-only`. */
export function openLibrary(options: LibraryOptions): Library {
  requireKnownVersion(options.path, options.migrations);
  const db = openForWriting(options.path);
  const context = captureContext(options, db);
  const { store, clock, outbox, wallMs } = context;
  const cursor = cursorStore(db);
  const exceptions = exceptionStore(db);
  const quarantine = quarantineStore(db);
  const memory = logMemory(db);
  const shippedTo = shippedStore(db);
  const { ring, libraryId, device } = options;
  const entryOf = (row: OutboxRow) => outboxEntry({ store, ring, libraryId, row });
  const readRecords = recordPages({ db, store, outbox, ring, libraryId, outboxEntry: entryOf });

  const listeners = new Set<ChangesListener>();
  const tell = (changes: readonly ViewChange[], isLocal: boolean) => {
    for (const listener of listeners) listener(changes, isLocal);
  };
  const atOnce = <T>(work: () => T): Promise<T> =>
    inTransaction(db, () => {
      try {
        store.keys.refresh();
        store.parked.refresh();
        return work();
      } catch (error) {
        store.keys.forget();
        throw error;
      }
    });
  const replan = replanKnown({ store, outbox, cursor, exceptions, atOnce });
  const skews = skewStore(db);
  const applyContext = { store, clock, libraryId, device, ring, wallMs };
  const applyAll = (entries: readonly SequencedEntry[]): Applied => {
    const applied = applyEntries(applyContext, entries);
    skews.note(applied.drifts);
    return applied;
  };
  const retrying = {
    ...{ store, cursor, exceptions, quarantine, wallMs, atOnce },
    apply: applyAll,
    open: (entry: ParsedEntry) => openState(applyContext, entry),
  };
  const telemetry = libraryTelemetry(options);
  const transaction = telemetry.capturing(async (work) => {
    const changes: ViewChange[] = [];
    const result = await atOnce(() => {
      const capture = captureBatches(context, (more) => changes.push(...more));
      const done = work({ store, capture: capture.writes });
      capture.requireWhole();
      durableStep('capture.before-commit');
      return done;
    });
    durableStep('capture.after-commit');
    tell(changes, true);
    return result;
  });

  const inQuarantine = libraryQuarantine(retrying, (changes) => tell(changes, false));
  return {
    ...inQuarantine,
    retryQuarantined: telemetry.retrying(inQuarantine.retryQuarantined),
    options,
    registry: store.registry,
    store,
    cursor,
    exceptions,
    logMemory: memory,
    write: (writes) => transaction(({ capture }) => capture(writes)),
    transaction,
    announce(changes, startMs) {
      telemetry.captured(changes, startMs);
      tell(changes, true);
    },
    onChanges(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    apply: telemetry.applying(async (entries, next, damaged = []) => {
      const news = inReadTransaction(db, () => notHereYet(store.records, device, entries));
      const applied = await atOnce(() => {
        const result = applyAll(news);
        quarantine.add(next.logId, result.quarantined, wallMs());
        quarantine.takeOutKnown(refsOf(entries), store.records.version);
        cursor.write(next);
        memory.setFollowed(next.logId);
        shippedTo.forgetThrough(next.logId, next.appliedSeq);
        const setAside = [...result.quarantined.map(({ entry }) => entry), ...result.unopened];
        exceptions.note(next.logId, entries, [...setAside.map(({ seq }) => seq), ...damaged]);
        durableStep('ingest.before-commit');
        return withSkipped(result, entries.length - news.length);
      });
      durableStep('ingest.after-commit');
      tell(applied.changes, false);
      return applied;
    }),
    quarantine: (entry, error, next) =>
      atOnce(() => {
        quarantine.add(next.logId, [{ entry, error }], wallMs());
        cursor.write(next);
        memory.setFollowed(next.logId);
        exceptions.note(next.logId, [entry], [entry.seq]);
      }),
    readOutbox(limit, afterId = 0) {
      if (!outbox.isAny()) return { rows: [], entries: [] };
      return inReadTransaction(db, () => {
        const rows = outbox.read(limit, afterId);
        return { rows, entries: rows.map(entryOf) };
      });
    },
    clearOutbox: (rows, shipped) =>
      atOnce(() => {
        outbox.remove(rows);
        if (shipped === undefined) return;
        memory.setShipped(shipped);
        const { logId, life, seq, appended = 0 } = shipped;
        if (appended > 0) shippedTo.add({ logId, life, fromSeq: seq - appended + 1, toSeq: seq });
      }),
    shippedAfter({ logId, appliedSeq }) {
      const stretch = shippedTo.after(logId, appliedSeq);
      const isPlain = stretch !== undefined && !exceptions.hasUnfit() && quarantine.count() === 0;
      return isPlain ? stretch : undefined;
    },
    readRecords: (after, limit, logId) => inReadTransaction(db, () => readRecords(after, limit, logId)),
    setWholeLog: (logId) => atOnce(() => memory.setWhole(logId)),
    sweepExceptions: (logId) => atOnce(() => exceptions.sweep(logId)),
    deleteOrphans: orphanDeleter({ store, device, wallMs, transaction }),
    async replanKnown(limit) {
      const replanned = await replan(limit);
      tell(replanned.changes, false);
      return replanned;
    },
    missingRecords: missingRecords(store, device),
    skews: () => skews.ahead(wallMs()),
    outboxCount: () => outbox.count(),
    outboxByModel: () => outbox.countByModel(),
    outboxModels: () => outbox.models(),
    close: () => db.close(),
  };
}

/** What a batch did, with the entries that were sorted out before it. */
function withSkipped(applied: Applied, more: number): Applied {
  return { ...applied, counts: { ...applied.counts, skipped: applied.counts.skipped + more } };
}

function refsOf(entries: readonly SequencedEntry[]): RecordRef[] {
  return entries.map(({ entry: { header } }) => ({ model: header.model, id: header.recordId }));
}

/** What is read in it is of one moment, whatever other writers do. */
function inReadTransaction<T>(db: Sqlite, read: () => T): T {
  db.exec('begin');
  try {
    return read();
  } finally {
    db.exec('commit');
  }
}
