import {
  clockHlc,
  type Dot,
  isAlive,
  type ModelSpec,
  makeDot,
  type RecordRef,
  type RecordState,
  refKey,
  type StoredRecord,
  tickClock,
  type ViewReader,
} from '@shoal/core';
import type { CaptureContext } from './capture-writes.ts';

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

/** The drafts of one batch, and the library with them on top. */
export interface Drafts {
  readonly reader: ViewReader;
  get(ref: RecordRef): Draft | undefined;
  all(): Draft[];
  /** A dot for one change (CLK-2). */
  tick(): Dot;
  put(spec: ModelSpec, ref: RecordRef, dot: Dot, state: RecordState, setReferences: readonly string[]): void;
  delete(spec: ModelSpec, ref: RecordRef, dot: Dot, state: RecordState): void;
  /** Persists the clock where it moved. */
  keepClock(): void;
}

/** No drafts yet. Within a transaction: the clock is read now, and stands still for all others until its end. */
export function openDrafts({ store, clock, replica, wallMs }: CaptureContext): Drafts {
  const draftByKey = new Map<string, Draft>();
  // Whatever a batch looks at it looks at often: the location of a thousand entries.
  const storedByKey = new Map<string, StoredRecord | undefined>();
  const start = clock.read();
  let now = start;

  function stored(ref: RecordRef): StoredRecord | undefined {
    const key = refKey(ref);
    if (!storedByKey.has(key)) storedByKey.set(key, store.reader.record(ref));
    return storedByKey.get(key);
  }

  function add(change: Omit<Draft, 'before' | 'stored'> & { readonly state: RecordState }): void {
    const { state, ...rest } = change;
    const earlier = draftByKey.get(refKey(change.ref));
    const before = stored(change.ref);
    const schemaVersion = Math.max(change.spec.schemaVersion, before?.schemaVersion ?? 0);
    draftByKey.set(refKey(change.ref), {
      ...rest,
      before,
      stored: { state, schemaVersion },
      setReferences: [...(earlier?.setReferences ?? []), ...change.setReferences],
    });
  }

  return {
    reader: {
      ...store.reader,
      record: (ref) => draftByKey.get(refKey(ref))?.stored ?? stored(ref),
    },
    get: (ref) => draftByKey.get(refKey(ref)),
    all: () => [...draftByKey.values()],
    tick() {
      now = tickClock(now, wallMs());
      return makeDot(clockHlc(now), replica);
    },
    put(spec, ref, dot, state, setReferences) {
      const before = stored(ref);
      const wasThere = before !== undefined && isAlive(spec, before.state);
      add({ spec, ref, dot, change: wasThere ? 'update' : 'insert', state, setReferences });
    },
    delete: (spec, ref, dot, state) => add({ spec, ref, dot, change: 'delete', state, setReferences: [] }),
    keepClock() {
      if (now !== start) clock.write(now);
    },
  };
}
