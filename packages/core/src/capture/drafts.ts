import type { StoredRecord, ViewReader } from '../apply/view-reader.ts';
import { type Dot, makeDot } from '../clock/dot.ts';
import { type Clock, clockHlc, tickClock } from '../clock/hlc.ts';
import type { DeviceId, RecordRef, ReplicaId } from '../ids.ts';
import type { Registry } from '../model/registry.ts';
import { type SchemaVersions, schemaToWrite } from '../model/schema-versions.ts';
import type { ModelSpec } from '../model/spec.ts';
import { emptyState, type RecordState } from '../record/state.ts';
import type { Value } from '../record/value.ts';
import type { Version } from '../record/version.ts';
import { isAlive } from '../record/view.ts';
import { deleteState, putState } from '../record/write.ts';
import { RefMap } from '../ref-map.ts';

/** What the writes of one batch lean on: the library as it is, and who writes. */
export interface WriteScope {
  readonly registry: Registry;
  readonly reader: ViewReader;
  /** Fields that a record's row shows as null in place of a missing target (DEP-3). */
  readonly nulledFields: (ref: RecordRef) => Iterable<string>;
  /** The versions that are written; a model that is not among them in the one that is known (DEP-5). */
  readonly schemas: SchemaVersions;
  readonly device: DeviceId;
  readonly replica: ReplicaId;
  /** Where the clock stood before the batch. */
  readonly clock: Clock;
  readonly wallMs: () => number;
}

/** How a write becomes a stamp and a state. The simulator plants mistakes here. */
export interface WriteRules {
  readonly tickClock: typeof tickClock;
  readonly putState: typeof putState;
  readonly deleteState: typeof deleteState;
}

/** What the writes of one batch make of one record; nothing of it is stored yet. */
export interface Draft {
  readonly ref: RecordRef;
  readonly spec: ModelSpec;
  /** The latest change. */
  readonly dot: Dot;
  readonly change: 'insert' | 'update' | 'delete';
  /** What was stored before the batch. */
  readonly before: StoredRecord | undefined;
  readonly stored: StoredRecord;
  /** References that the batch set: their targets must be visible. */
  readonly setReferences: readonly string[];
}

/** One change of a batch, with what the writer had seen and what was there (MRG-1). */
export interface DraftedChange {
  readonly ref: RecordRef;
  readonly dot: Dot;
  readonly seen: Version;
  readonly before: RecordState;
  /** By slot; null: a delete. */
  readonly fields: ReadonlyMap<string, Value> | null;
  /** Slots out of which it took what it had seen (MRG-3). */
  readonly clears: readonly string[];
}

/** The drafts of one batch, and the library with them on top. */
export interface Drafts {
  readonly scope: WriteScope;
  readonly reader: ViewReader;
  /** Where the clock stands; the same value as in the scope while nothing was written. */
  readonly clock: Clock;
  /** Every change in the order of making; of one record there may be several. */
  readonly changes: readonly DraftedChange[];
  get(ref: RecordRef): Draft | undefined;
  /** One of each record, in the order in which they were written first. */
  all(): readonly Draft[];
  /** Drafts a put, with a dot of its own (CLK-2); answers what it makes of the record. */
  put(spec: ModelSpec, ref: RecordRef, write: DraftedPut): RecordState;
  delete(spec: ModelSpec, ref: RecordRef, seen: Version): void;
}

export interface DraftedPut {
  readonly seen: Version;
  readonly fields: ReadonlyMap<string, Value>;
  readonly clears: readonly string[];
  readonly setReferences: readonly string[];
}

const writeRules: WriteRules = { tickClock, putState, deleteState };

/** No drafts yet. The library that `scope` reads must stand still until the batch is stored. */
export function openDrafts(scope: WriteScope, rules: WriteRules = writeRules): Drafts {
  const drafts: Draft[] = [];
  const indexByRef = new RefMap<number>();
  // Whatever a batch looks at it looks at often: the location of a thousand entries.
  const storedByRef = new RefMap<StoredRecord | null>();
  const changes: DraftedChange[] = [];
  let { clock } = scope;

  function stored(ref: RecordRef): StoredRecord | undefined {
    const known = storedByRef.get(ref);
    if (known !== undefined) return known ?? undefined;
    const found = scope.reader.record(ref);
    storedByRef.set(ref, found ?? null);
    return found;
  }

  function drafted(ref: RecordRef): Draft | undefined {
    const index = indexByRef.get(ref);
    return index === undefined ? undefined : drafts[index];
  }

  function current(ref: RecordRef): StoredRecord | undefined {
    return drafted(ref)?.stored ?? stored(ref);
  }

  function present(ref: RecordRef): RecordState {
    return current(ref)?.state ?? emptyState;
  }

  function tick(): Dot {
    clock = rules.tickClock(clock, scope.wallMs());
    return makeDot(clockHlc(clock), scope.replica);
  }

  function add(
    spec: ModelSpec,
    { ref, dot }: DraftedChange,
    change: Draft['change'],
    state: RecordState,
    setReferences: readonly string[],
  ): void {
    const index = indexByRef.get(ref) ?? drafts.length;
    const earlier = drafts[index];
    const before = stored(ref);
    const schemaVersion = Math.max(schemaToWrite(spec, scope.schemas), before?.schemaVersion ?? 0);
    if (earlier === undefined) indexByRef.set(ref, index);
    drafts[index] = {
      ref,
      spec,
      dot,
      change,
      before,
      stored: { state, schemaVersion },
      setReferences: earlier === undefined ? setReferences : [...earlier.setReferences, ...setReferences],
    };
  }

  return {
    scope,
    reader: {
      ...scope.reader,
      record: current,
    },
    get clock() {
      return clock;
    },
    changes,
    get: drafted,
    all: () => drafts,
    put(spec, ref, { seen, fields, clears, setReferences }) {
      const change = { ref, dot: tick(), seen, before: present(ref), fields, clears };
      const state = rules.putState(spec, change.before, change);
      const earlier = stored(ref);
      const wasThere = earlier !== undefined && isAlive(spec, earlier.state);
      changes.push(change);
      add(spec, change, wasThere ? 'update' : 'insert', state, setReferences);
      return state;
    },
    delete(spec, ref, seen) {
      const change = { ref, dot: tick(), seen, before: present(ref), fields: null, clears: [] };
      changes.push(change);
      add(spec, change, 'delete', rules.deleteState(change.before, change), []);
    },
  };
}
