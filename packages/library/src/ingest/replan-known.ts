import {
  asShoalError,
  hasValueOf,
  planJournal,
  planView,
  type RecordRef,
  type ShoalError,
  type StoredRecord,
} from '@shoal/core';
import { knownFields } from '../store/known-fields.ts';
import type { LibraryStore, ViewChange } from '../store/library-store.ts';
import type { OutboxStore } from '../store/outbox-store.ts';
import { isStorageFailure } from '../store/storage-failure.ts';
import { checkState } from './check-state.ts';
import type { CursorStore } from './cursor-store.ts';
import type { ExceptionStore } from './exception-store.ts';

/** What one step after an upgrade did. */
export interface Replanned {
  /** Nothing is left: all that this program knows is shown. */
  readonly isDone: boolean;
  readonly changes: readonly ViewChange[];
  /** Whose state broke its model: forgotten, and read again from the log entry by entry, so that the bad one is found. */
  readonly again: readonly RecordRef[];
  /** What stays as it was, with the reason. */
  readonly failed: readonly { readonly ref: RecordRef; readonly error: ShoalError }[];
}

export interface ReplanContext {
  readonly store: LibraryStore;
  readonly outbox: OutboxStore;
  readonly cursor: CursorStore;
  readonly exceptions: ExceptionStore;
  /** Runs work in one immediate transaction. */
  readonly atOnce: <T>(work: () => T) => Promise<T>;
}

interface Page {
  readonly refs: readonly RecordRef[];
  /** To be done in the transaction that plans them. */
  readonly after: () => void;
}

/**
 * Plans anew, a bounded number of records in each step and transaction, what this program knows and the one before did
 * not (DEP-5): records that are parked as unknown, those with values of fields that are new, and all of a model whose
 * unique constraints changed (MRG-7). What was not checked when it came is checked now (SEC-5). To be called until it is
 * done, before anything is applied; a crash costs only that it is done again.
 */
export function replanKnown(context: ReplanContext): (limit: number) => Promise<Replanned> {
  const { store, atOnce } = context;
  let pages: Iterator<Page> | undefined;

  return async (limit) => {
    pages ??= pagesOf(store, limit);
    const page = pages.next();
    if (page.done) return { isDone: true, changes: [], again: [], failed: [] };
    try {
      const done = await atOnce(() => {
        const planned = planRecords(context, page.value.refs);
        page.value.after();
        return planned;
      });
      return { isDone: false, ...done };
    } catch (error) {
      if (isStorageFailure(error)) throw error;
    }
    return { isDone: false, ...(await planOneByOne(context, page.value)) };
  };
}

/** Where one record brings down what plans it, the others go on. */
async function planOneByOne(
  context: ReplanContext,
  { refs, after }: Page,
): Promise<Omit<Replanned, 'isDone'>> {
  const changes: ViewChange[] = [];
  const again: RecordRef[] = [];
  const failed: { ref: RecordRef; error: ShoalError }[] = [];
  for (const ref of refs) {
    try {
      const one = await context.atOnce(() => planRecords(context, [ref]));
      changes.push(...one.changes);
      again.push(...one.again);
      failed.push(...one.failed);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      failed.push({ ref, error: asShoalError(error) });
    }
  }
  await context.atOnce(after);
  return { changes, again, failed };
}

function* pagesOf(store: LibraryStore, limit: number): Iterator<Page> {
  for (let after: RecordRef | null = null; ; ) {
    const refs: RecordRef[] = store.parked.unknown(after, limit);
    if (refs.length > 0) yield { refs, after: () => undefined };
    after = refs.at(-1) ?? null;
    if (refs.length < limit) break;
  }
  const known = knownFields(store.db);
  for (const spec of store.registry.specs) {
    const gained = known.gained(spec);
    const isJudgedAnew = known.isJudgedAnew(spec);
    for (let after = ''; gained.length > 0 || isJudgedAnew; ) {
      const uuids = known.uuidsAfter(spec.name, after, limit);
      const refs = uuids.map((id) => ({ model: spec.name, id }) as RecordRef);
      const having = refs.filter((ref) => isJudgedAnew || hasValueOf(store.records.get(ref)!.state, gained));
      if (having.length > 0) yield { refs: having, after: () => undefined };
      after = uuids.at(-1) ?? '';
      if (uuids.length < limit) break;
    }
    yield { refs: [], after: () => known.note(spec) };
  }
}

function planRecords(context: ReplanContext, refs: readonly RecordRef[]): Omit<Replanned, 'isDone'> {
  const { store } = context;
  const changed: { ref: RecordRef; before: StoredRecord }[] = [];
  const again: RecordRef[] = [];
  const failed: { ref: RecordRef; error: ShoalError }[] = [];
  store.loadKeys(refs);
  for (const ref of refs) {
    const stored = store.records.get(ref);
    const spec = store.registry.get(ref.model);
    if (stored === undefined || spec === undefined || stored.schemaVersion > spec.schemaVersion) continue;
    try {
      checkState(spec, stored.state);
      changed.push({ ref, before: stored });
    } catch (error) {
      if (readAgain(context, ref)) again.push(ref);
      else failed.push({ ref, error: asShoalError(error) });
    }
  }
  // What was forgotten has let go of its unique values, too.
  const forgotten = again.map((ref) => ({ ref, before: undefined }));
  const view = planView(store.registry, store.reader, [...changed, ...forgotten]);
  const changes = store.carryOut(view);
  store.journal.carryOut(planJournal(store.registry, store.reader, changed, view));
  return { changes, again, failed };
}

/**
 * Forgets a state that was never shown, and goes back to where the log has its entries: they were exceptions, so
 * nothing that they cover has gone (LOG-3). What was shown, or waits to be shipped, stays.
 */
function readAgain({ store, outbox, cursor, exceptions }: ReplanContext, ref: RecordRef): boolean {
  const at = cursor.read();
  if (at === undefined || store.reader.isVisible(ref) || outbox.of(ref, 1).length > 0) return false;
  const firstSeq = exceptions.firstOf(at.logId, ref) ?? 1;
  store.records.forget(ref);
  store.parked.unpark(ref);
  cursor.write({ ...at, appliedSeq: Math.min(at.appliedSeq, firstSeq - 1) });
  return true;
}
