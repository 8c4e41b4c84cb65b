import { type LogId, limits, ShoalError } from '@shoal/core';
import type { Cursor, Library } from '@shoal/library';
import type { Log } from '@shoal/service-kit';
import type { Acknowledger } from './acknowledge.ts';
import { fieldsOf } from './report-applied.ts';

/** What of the quarantine is to be tried: these entries, or all that wait. */
export type Quarantined = readonly number[] | 'all';

/** What a command did. */
export interface QuarantineDone {
  readonly done: number;
  /** How many wait now. */
  readonly waiting: number;
}

/** The quarantine of one library: tried again by itself, and by command (ING-3). */
export interface QuarantineKeeper {
  /**
   * To be called when ingest has read its log to the end. Tries a bounded part: at the beginning everything once, as
   * another program or other keys may be there; then what is due. Answers whether there may be more to do at once, and
   * where the log has to be read again from.
   */
  step(logId: LogId): Promise<{ readonly isMore: boolean; readonly back?: Cursor }>;
  /** Tries entries again now. Throws `not-found` for a number that does not wait, before anything is tried. */
  retry(which: Quarantined): Promise<QuarantineDone>;
  /** Forgets entries for good. Throws as `retry`. */
  discard(ids: readonly number[]): Promise<QuarantineDone>;
}

/** What it takes of a library. */
export type QuarantinedLibrary = Pick<
  Library,
  'quarantined' | 'retryQuarantined' | 'discardQuarantined' | 'readLeftOut'
>;

/** Keeps the quarantine; `refreshKeys` looks whether the library has other keys by now. */
export function openQuarantineKeeper(options: {
  readonly library: QuarantinedLibrary;
  readonly acknowledger: Pick<Acknowledger, 'tellAgainFrom'>;
  readonly refreshKeys: () => Promise<void>;
  readonly wallMs: () => number;
  readonly log: Log;
}): QuarantineKeeper {
  const { library, acknowledger, refreshKeys, wallMs, log } = options;
  const { quarantined } = library;
  /** Up to where everything was tried since the start; null: all. */
  let triedId: number | null = 0;

  async function attempt(ids: readonly number[]): Promise<number> {
    const { applied, left, kept, liftedSeq } = await library.retryQuarantined(ids);
    if (liftedSeq !== null) acknowledger.tellAgainFrom(liftedSeq);
    for (const entry of left) log.debug(fieldsOf(entry), 'an entry left the quarantine');
    if (applied > 0) log.info({ applied, kept }, 'entries left the quarantine');
    return applied;
  }

  /** Tries what comes next; answers whether there was any. */
  async function tryNext(): Promise<boolean> {
    const untried = triedId === null ? [] : quarantined.waiting(triedId, limits.quarantineTriesMax);
    const ids = untried.length > 0 ? untried : quarantined.due(wallMs(), limits.quarantineTriesMax);
    if (ids.length > 0) {
      await refreshKeys();
      await attempt(ids);
    }
    if (triedId !== null) triedId = untried.at(-1) ?? null;
    return ids.length > 0;
  }

  async function each(
    which: Quarantined,
    work: (ids: readonly number[]) => Promise<number>,
  ): Promise<QuarantineDone> {
    if (which !== 'all') requireWaiting(which);
    const ids = which === 'all' ? quarantined.waiting(0, limits.quarantineEntriesMax) : which;
    let done = 0;
    for (let at = 0; at < ids.length; at += limits.quarantineTriesMax)
      done += await work(ids.slice(at, at + limits.quarantineTriesMax));
    return { done, waiting: quarantined.count() };
  }

  function requireWaiting(ids: readonly number[]): void {
    for (const id of ids) {
      if (quarantined.waiting(id - 1, 1)[0] === id) continue;
      throw new ShoalError('not-found', `no entry ${id} waits in quarantine`, { field: 'quarantine_ids' });
    }
  }

  return {
    async step(logId) {
      if (await tryNext()) return { isMore: true };
      const back = await library.readLeftOut(logId);
      return back === undefined ? { isMore: false } : { isMore: true, back };
    },
    async retry(which) {
      await refreshKeys();
      return each(which, attempt);
    },
    async discard(ids) {
      const result = await each(ids, library.discardQuarantined);
      if (result.done > 0) log.info({ discarded: result.done }, 'entries of the quarantine were discarded');
      return result;
    },
  };
}
