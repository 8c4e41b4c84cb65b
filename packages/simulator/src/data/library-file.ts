import {
  type Clock,
  createMemoryLibrary,
  type Dot,
  type JournalRow,
  type LogId,
  type LogSighting,
  type MemoryLibrary,
  type MemoryPlan,
  planJournal,
  planView,
  type RecordRef,
  type RecordState,
  type Registry,
  type StoredRecord,
  type Value,
  zeroClock,
} from '@shoal/core';
import type { MadeWrite } from '../device/plan-capture.ts';
import type { Parts } from '../parts.ts';
import { registry as firstRegistry } from './domain.ts';
import type { Entry } from './entry.ts';

/** A change that waits to be shipped (CHG-7). */
export interface OutboxRow {
  readonly id: number;
  readonly ref: RecordRef;
  readonly dot: Dot;
  readonly isDelete: boolean;
  readonly rank: number;
  /** The state of this very change, for models of which every operation is kept; null: the merged state. */
  readonly kept: RecordState | null;
}

/** How far ingest is in which log (ING-2). */
export interface Cursor {
  readonly logId: LogId;
  readonly appliedSeq: number;
}

/** What library.db holds beside records and rows. */
export interface LibraryContent {
  readonly clock: Clock;
  /** Rows that were never captured, by their local key (CHG-9). */
  readonly localRows: ReadonlyMap<string, ReadonlyMap<string, Value>>;
  readonly outbox: readonly OutboxRow[];
  readonly outboxIdNext: number;
  readonly cursor: Cursor | null;
  /** Where ingest and the relay last saw the log: two marks, so that a log that went back is found out (REP-6). */
  readonly sightings: { readonly read: LogSighting | null; readonly append: LogSighting | null };
  /** The log that has all that this library knows, or `noWholeLog`; null: none was ever followed (REP-6). */
  readonly wholeLogId: LogId | null;
  /** Entries that could not be applied, by record and dot, with the log in which each was last met (ING-3). */
  readonly quarantine: ReadonlyMap<string, { readonly entry: Entry; readonly logId: LogId }>;
  /** Places that ingest passed over in the log that it follows (LOG-3). */
  readonly exceptions: ReadonlySet<string>;
}

/** One transaction: all of it, or nothing when the disk fails. */
export interface LibraryCommit extends Partial<LibraryContent> {
  readonly plan?: MemoryPlan;
  /** The local writes that it makes, for whoever looks on. */
  readonly made?: readonly MadeWrite[];
}

/** The twin of a device's library.db: states, view, clock, outbox and cursor, which move together or not at all. */
export interface LibraryFile {
  readonly memory: MemoryLibrary;
  readonly content: LibraryContent;
  /** What the program knows that has it open. */
  readonly registry: Registry;
  /** Another program opens it, and shows what it knows and the one before did not (DEP-5). */
  upgrade(registry: Registry, parts: Pick<Parts, 'isToReplan'>): void;
  /** Whether a copy was ever put in its place: what only its journal knew may be gone. */
  readonly hasGoneBack: boolean;
  commit(commit: LibraryCommit): void;
  copy(): LibraryCopy;
  /** Puts a copy in place of what is there; the view is built from nothing. */
  restore(copy: LibraryCopy): void;
}

export interface LibraryCopy {
  readonly records: readonly { readonly ref: RecordRef; readonly stored: StoredRecord }[];
  readonly journal: readonly JournalRow[];
  readonly content: LibraryContent;
}

/** A library without records. `onCommit` hears of a transaction before it happens and may throw, as disks do. */
export function createLibraryFile(disk: { before(): void; after(commit: LibraryCommit): void }): LibraryFile {
  let memory = createMemoryLibrary();
  let hasGoneBack = false;
  let registry = firstRegistry;
  let content: LibraryContent = {
    clock: zeroClock,
    localRows: new Map(),
    outbox: [],
    outboxIdNext: 1,
    cursor: null,
    sightings: { read: null, append: null },
    wholeLogId: null,
    quarantine: new Map(),
    exceptions: new Set(),
  };
  return {
    get memory() {
      return memory;
    },
    get content() {
      return content;
    },
    get registry() {
      return registry;
    },
    upgrade(next, { isToReplan }) {
      const known = [...memory.records.values()].filter(({ ref, stored }) =>
        isToReplan(registry.get(ref.model), next.get(ref.model), stored),
      );
      const changed = known.map(({ ref, stored }) => ({ ref, stored, before: stored }));
      registry = next;
      const view = planView(registry, memory, changed);
      memory.carryOut({ stored: [], view, journal: planJournal(registry, memory, changed, view) });
    },
    get hasGoneBack() {
      return hasGoneBack;
    },
    commit(commit) {
      disk.before();
      const { plan, made: _, ...changed } = commit;
      if (plan !== undefined) memory.carryOut(plan);
      content = { ...content, ...changed };
      disk.after(commit);
    },
    copy: () => ({ records: [...memory.records.values()], journal: [...memory.journal], content }),
    restore(copy) {
      memory = rebuilt(registry, copy);
      hasGoneBack = true;
      content = copy.content;
    },
  };
}

/** A library with those records, the view that belongs to them and the journal that it had (DEP-2, MRG-8). */
function rebuilt(registry: Registry, { records, journal }: LibraryCopy): MemoryLibrary {
  const memory = createMemoryLibrary({ journal });
  const stored = records.map(({ ref, stored }) => ({ ref, stored }));
  memory.carryOut({ stored, view: { shown: [], hidden: [], uniqueValues: [] } });
  const changed = stored.map(({ ref }) => ({ ref, before: undefined }));
  const view = planView(registry, memory, changed);
  // As far as the reason of what is parked hangs on the order of arrival, another one may stand there now (DEP-3).
  const known = stored.map((record) => ({ ...record, before: record.stored }));
  memory.carryOut({ stored: [], view, journal: planJournal(registry, memory, known, view) });
  return memory;
}
