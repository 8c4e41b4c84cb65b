import { asShoalError, type LogId, limits, ShoalError } from '@shoal/core';
import { type Applied, type AppliedEntry, type Cursor, isStorageFailure, type Library } from '@shoal/library';
import {
  type Client,
  type LogStoreDefinition,
  parsePositionedEntry,
  type ReadReply,
  uuidToBytes,
  type SequencedEntry as WireEntry,
} from '@shoal/proto';
import { type Log, startSignalledLoop } from '@shoal/service-kit';

/** How far ingest is (ING-4). */
export interface FollowState {
  readonly state: 'uninitialised' | 'catching-up' | 'ready';
  readonly cursor: Cursor | undefined;
  readonly headSeq: number;
}

/** Follows the local log of one library and applies it. */
export interface Follower {
  /** The log may have grown. */
  signal(): void;
  state(): FollowState;
  /** Applies what is in hand, then ends. */
  stop(): Promise<void>;
}

/** A log-store that died with a request in hand is served again soon after it is back (REP-4). */
const attempt = { timeoutMs: limits.logAttemptMs };
/** Without a signal the log is looked at this often. */
const pollMs = 1_000;
const retryMsMin = 50;
const retryMsMax = 5_000;

/**
 * Reads the local log by `(logId, fromSeq)` and applies page by page, rows and cursor in one transaction (ING-2).
 * A log with another id is followed from its beginning (REP-6): applying again changes nothing (ING-1).
 */
export function startFollower(options: {
  readonly library: Pick<Library, 'options' | 'cursor' | 'apply' | 'quarantine'>;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'read' | 'acknowledge'>;
  readonly log: Log;
}): Follower {
  const { library, logStore, log } = options;
  const libraryId = uuidToBytes(library.options.libraryId);
  let cursor = library.cursor.read();
  let headSeq = cursor?.appliedSeq ?? 0;
  let state: FollowState['state'] = 'uninitialised';
  let acknowledged = -1;

  /** Applies one page; answers whether there is more to read at once. */
  async function step(): Promise<boolean> {
    const fromSeq = (cursor?.appliedSeq ?? 0) + 1;
    const page = await logStore.read(
      { libraryId, logId: '', fromSeq, limit: limits.batchEntriesMax },
      attempt,
    );
    headSeq = page.headSeq;
    if (cursor !== undefined && cursor.logId !== page.logId) {
      log.warn(
        { from: cursor.logId, to: page.logId },
        'the log was replaced; following the new one from its beginning',
      );
      cursor = { logId: page.logId as LogId, appliedSeq: 0, appliedEntries: cursor.appliedEntries };
      return true;
    }
    if (page.nextSeq > fromSeq) cursor = await applyPage(page);
    await acknowledge();
    const isMore = cursor !== undefined && page.nextSeq > fromSeq && page.nextSeq <= page.headSeq;
    state = isMore ? 'catching-up' : 'ready';
    return isMore;
  }

  async function applyPage(page: ReadReply): Promise<Cursor> {
    const next: Cursor = {
      logId: page.logId as LogId,
      appliedSeq: page.nextSeq - 1,
      appliedEntries: (cursor?.appliedEntries ?? 0) + page.entries.length,
    };
    const entries = page.entries.flatMap(parse);
    try {
      report(await library.apply(entries, next));
    } catch (error) {
      if (!isPoison(error)) throw error;
      await applyOneByOne(entries, next);
    }
    return next;
  }

  /** Finds the entry that brings its page down; the others go on (ING-3). */
  async function applyOneByOne(entries: readonly AppliedEntry[], end: Cursor): Promise<void> {
    for (const entry of entries) {
      const next = { ...end, appliedSeq: entry.seq };
      try {
        report(await library.apply([entry], next));
      } catch (error) {
        if (!isPoison(error)) throw error;
        const { model, recordId } = entry.entry.header;
        log.error(
          { err: error, seq: entry.seq, model, record: recordId },
          'an entry could not be applied and is set aside',
        );
        await library.quarantine(entry, asShoalError(error), next);
      }
    }
    await library.apply([], end);
  }

  function report(applied: Applied): void {
    for (const { entry, error } of applied.quarantined) {
      const { model, recordId } = entry.entry.header;
      log.warn({ seq: entry.seq, model, record: recordId, code: error.code }, 'an entry waits in quarantine');
    }
    for (const drift of applied.drifts)
      log.warn(drift, 'a device has its clock ahead; its changes count, its clock does not');
  }

  function parse({ seq, entry }: WireEntry): AppliedEntry[] {
    try {
      if (entry === undefined)
        throw new ShoalError('malformed-message', 'an entry is empty', { field: 'entry' });
      return [{ seq, entry: parsePositionedEntry(entry) }];
    } catch (error) {
      // The log-store parsed it when it took it in; what does not parse here is a damaged copy, and is asked for there.
      log.error({ seq, code: asShoalError(error).code }, 'an entry of the log does not parse');
      return [];
    }
  }

  /** Tells the log-store how far this device is (LOG-3). */
  async function acknowledge(): Promise<void> {
    if (cursor === undefined || cursor.appliedSeq === acknowledged) return;
    await logStore.acknowledge(
      { libraryId, logId: cursor.logId, appliedSeq: cursor.appliedSeq, fromSeq: 0, exceptions: [] },
      attempt,
    );
    acknowledged = cursor.appliedSeq;
  }

  const loop = startSignalledLoop({
    work: step,
    name: 'the log is followed',
    idleMs: pollMs,
    retryMs: retryMsMin,
    retryMsMax,
    log,
  });
  return {
    signal: () => loop.signal(),
    state: () => ({ state, cursor, headSeq }),
    stop: () => loop.stop(),
  };
}

/** A failure that trying again does not mend: of the entry, or of our own code on it; not of the disk. */
function isPoison(error: unknown): boolean {
  return !isStorageFailure(error) && !asShoalError(error).retryable;
}
