import { asShoalError, includes, parseVersion, type RecordRef, type ShoalError } from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';
import type { LibraryStore, ViewChange } from '../store/library-store.ts';
import { isStorageFailure } from '../store/storage-failure.ts';
import type { Applied, SequencedEntry } from './apply-entries.ts';
import type { CursorStore } from './cursor-store.ts';
import type { ExceptionStore } from './exception-store.ts';
import type { QuarantinedEntry, QuarantineStore } from './quarantine-store.ts';

/** What trying again did. */
export interface Retried {
  /** Left the quarantine: applied, or known by now. */
  readonly applied: number;
  /** Which these are. */
  readonly left: readonly SequencedEntry[];
  /** Stay there. */
  readonly kept: number;
  readonly changes: readonly ViewChange[];
  /** The first seq of the log followed that is no exception any more; null: none (LOG-3). */
  readonly liftedSeq: number | null;
}

export interface RetryContext {
  readonly store: LibraryStore;
  readonly cursor: CursorStore;
  readonly exceptions: ExceptionStore;
  readonly quarantine: QuarantineStore;
  readonly wallMs: () => number;
  /** Applies within the transaction, as what comes from the log (ING-0). */
  readonly apply: (entries: readonly SequencedEntry[]) => Applied;
  /** Throws where an entry does not open, whether its record needs it or not. */
  readonly open: (entry: ParsedEntry) => unknown;
  /** Runs work in one immediate transaction. */
  readonly atOnce: <T>(work: () => T) => Promise<T>;
}

/**
 * Prepares trying entries of the quarantine again, by their numbers (ING-3). What opens is applied and lifts its
 * exception; what does not open stays one for good (LOG-3), and leaves only when the library has what it claims to say.
 * One that brings the others down is tried alone. Throws `storage-failed`; what was tried by then counts.
 */
export function quarantineRetrier(context: RetryContext): (ids: readonly number[]) => Promise<Retried> {
  const { atOnce, quarantine, wallMs } = context;
  return async (ids) => {
    try {
      return await atOnce(() => retryAll(context, ids));
    } catch (error) {
      if (isStorageFailure(error)) throw error;
    }
    let all: Retried = { applied: 0, left: [], kept: 0, changes: [], liftedSeq: null };
    for (const id of ids) {
      const one = await atOnce(() => retryAll(context, [id])).catch((error: unknown) => {
        if (isStorageFailure(error)) throw error;
        return asShoalError(error);
      });
      if ('applied' in one) all = together(all, one);
      else {
        await atOnce(() => quarantine.keep(id, one, wallMs()));
        all = { ...all, kept: all.kept + 1 };
      }
    }
    return all;
  };
}

function retryAll(context: RetryContext, ids: readonly number[]): Retried {
  const { cursor, exceptions, quarantine, wallMs } = context;
  const logId = cursor.read()?.logId;
  const waiting = ids.flatMap((id) => quarantine.get(id) ?? []);
  const opened: QuarantinedEntry[] = [];
  const left: QuarantinedEntry[] = [];
  let kept = 0;
  for (const waits of waiting) {
    const error = failureOf(() => context.open(waits.entry));
    if (error === undefined) opened.push(waits);
    else if (isKnown(context, waits.entry)) {
      quarantine.remove(waits.id);
      left.push(waits);
    } else {
      quarantine.keep(waits.id, error, wallMs());
      kept += 1;
    }
  }
  const done = context.apply(opened);
  const errorBySeat = new Map(done.quarantined.map(({ entry, error }) => [entry, error]));
  const lifted: number[] = [];
  for (const waits of opened) {
    const error = errorBySeat.get(waits);
    if (error !== undefined) {
      quarantine.keep(waits.id, error, wallMs());
      kept += 1;
      continue;
    }
    quarantine.remove(waits.id);
    left.push(waits);
    exceptions.lift(waits.logId, waits.seq);
    // Its record may be refused or unknown still.
    exceptions.note(waits.logId, [waits], []);
    if (waits.logId === logId) lifted.push(waits.seq);
  }
  quarantine.takeOutKnown(
    opened.map(({ entry }) => refOf(entry)),
    context.store.records.version,
  );
  return {
    applied: left.length,
    left,
    kept,
    changes: done.changes,
    liftedSeq: lifted.length === 0 ? null : Math.min(...lifted),
  };
}

/** Whether the library has everything that an entry claims to say. */
function isKnown({ store }: RetryContext, entry: ParsedEntry): boolean {
  const known = store.records.version(refOf(entry));
  return known !== undefined && includes(parseVersion(known), entry.header.version);
}

function failureOf(work: () => unknown): ShoalError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return asShoalError(error);
  }
}

function together(a: Retried, b: Retried): Retried {
  const lifted = [a.liftedSeq, b.liftedSeq].filter((seq) => seq !== null);
  return {
    applied: a.applied + b.applied,
    left: [...a.left, ...b.left],
    kept: a.kept + b.kept,
    changes: [...a.changes, ...b.changes],
    liftedSeq: lifted.length === 0 ? null : Math.min(...lifted),
  };
}

function refOf({ header }: ParsedEntry): RecordRef {
  return { model: header.model, id: header.recordId };
}
