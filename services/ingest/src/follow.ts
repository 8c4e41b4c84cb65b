import { limits, ShoalError, type StreamId, type SyncStateName, syncStateOf } from '@shoal/core';
import type { Cursor, Library } from '@shoal/library';
import { type Client, type LogStoreDefinition, lifeFromBytes, uuidToBytes } from '@shoal/proto';
import { type Log, openLogRecognition, startSignalledLoop } from '@shoal/service-kit';
import { openAcknowledger } from './acknowledge.ts';
import { applyPage } from './apply-page.ts';
import { openMissingTeller } from './ask-missing.ts';
import {
  openQuarantineKeeper,
  type Quarantined,
  type QuarantinedLibrary,
  type QuarantineKeeper,
} from './keep-quarantine.ts';
import { openPageReader } from './read-ahead.ts';
import { openReappend } from './reappend.ts';

/** How far ingest is, as far as it sees: its own log (ING-4). */
export interface FollowState {
  readonly state: SyncStateName;
  readonly cursor: Cursor | undefined;
  readonly headSeq: number;
}

/** Follows the local log of one library and applies it. */
export interface Follower {
  /** The log may have grown. */
  signal(): void;
  /** The log may have grown by what the library has already: looks within `ingestSoonMs`. */
  signalSoon(): void;
  /** Why the log is not followed; null: it is. */
  failure(): ShoalError | null;
  state(): FollowState;
  /** A paused follower finishes the page in hand and applies nothing until it is told to go on. */
  setPaused(isPaused: boolean): void;
  /** Tries entries of the quarantine again, and forgets some (ING-3). Throws `unavailable` while it is paused. */
  readonly quarantine: Pick<QuarantineKeeper, 'retry' | 'discard'>;
  /** Applies what is in hand, then ends. */
  stop(): Promise<void>;
}

/** What the follower takes of a library. */
export type FollowedLibrary = Pick<
  Library,
  | 'options'
  | 'registry'
  | 'cursor'
  | 'shippedAfter'
  | 'apply'
  | 'quarantine'
  | 'exceptions'
  | 'sweepExceptions'
  | 'logMemory'
  | 'readRecords'
  | 'setWholeLog'
  | 'missingRecords'
> &
  QuarantinedLibrary;

/** What it asks of the device's own log-store. */
export type FollowedLog = Pick<
  Client<typeof LogStoreDefinition>,
  'read' | 'acknowledge' | 'recognise' | 'append' | 'ask'
>;

const retryMsMin = 50;
const retryMsMax = 5_000;

/**
 * Reads the local log by `(logId, fromSeq)` and applies page by page, rows and cursor in one transaction (ING-2).
 * A log with another id is followed from its beginning (REP-6): applying again changes nothing (ING-1).
 */
export function startFollower(options: {
  readonly library: FollowedLibrary;
  readonly logStore: FollowedLog;
  readonly log: Log;
  /** Whether it begins paused (ING-4). */
  readonly isPaused?: boolean;
  /** Without a signal the log is looked at this often, in ms (S1-40). */
  readonly pollMs?: number;
  /** Looks whether the library has other keys by now (ING-3). */
  readonly refreshKeys?: () => Promise<void>;
}): Follower {
  const { library, logStore, log, pollMs = limits.ingestPollMs } = options;
  const libraryId = uuidToBytes(library.options.libraryId);
  const pages = openPageReader({ libraryId, logStore });
  const acknowledger = openAcknowledger(options);
  const reappend = openReappend(options);
  const missing = openMissingTeller({ ...options, nowMs: () => performance.now() });
  const keeper = openQuarantineKeeper({
    library,
    acknowledger,
    refreshKeys: options.refreshKeys ?? (async () => undefined),
    wallMs: Date.now,
    log,
  });
  const recognition = openLogRecognition({
    libraryId: library.options.libraryId,
    logStore,
    sightings: () => library.logMemory.sightings(),
    lastAppend: () => library.logMemory.lastAppend(),
    lastRead: () => library.logMemory.lastRead(),
  });
  let cursor = library.cursor.read();
  let headSeq = cursor?.appliedSeq ?? 0;
  let isPaused = options.isPaused ?? false;
  let applying = 0;
  let hasLooked = false;
  let hasSwept = false;
  /** The life of the log-store that gave the latest page: what was shipped is where it was only in that one (REP-6). */
  let knownLife: StreamId | undefined;

  let soon: NodeJS.Timeout | undefined;

  /** Whether something waits that no hint tells of: a peer to be heard, a record to be found, an entry to be tried again. */
  function hasUnfinished(): boolean {
    const isWhole = cursor === undefined || library.logMemory.wholeLogId() === cursor.logId;
    return !isWhole || library.quarantined.count() > 0 || library.missingRecords(null, 1).length > 0;
  }

  /** Up to where nothing needs to be read, since this library shipped it. */
  function passedSeq(): number {
    if (cursor === undefined) return 0;
    const shipped = knownLife === undefined ? undefined : library.shippedAfter(cursor);
    return shipped?.life === knownLife ? (shipped?.toSeq ?? cursor.appliedSeq) : cursor.appliedSeq;
  }

  /** Applies one page; answers whether there is more to read at once. */
  async function step(): Promise<boolean> {
    if (isPaused) return false;
    const passed = passedSeq();
    const fromSeq = passed + 1;
    const { page, isOld } = await pages.read(fromSeq);
    if (isPaused) return false;
    const logId = await recognition.idOf(page);
    if (logId !== page.logId) return true;
    if (!hasSwept) await library.sweepExceptions(logId);
    hasSwept = true;
    if (cursor === undefined) await reappend.begin(logId);
    headSeq = page.headSeq;
    const life = lifeFromBytes<StreamId>(page.life, 'life');
    if (cursor !== undefined && cursor.logId !== logId) {
      log.warn(
        { from: cursor.logId, to: logId },
        'the log was replaced; following the new one from its beginning',
      );
      cursor = { logId, life, appliedSeq: 0, appliedEntries: cursor.appliedEntries };
      return true;
    }
    const appliedSeq = cursor?.appliedSeq ?? 0;
    if (passed > appliedSeq && (life !== knownLife || passed > headSeq)) {
      // Started anew meanwhile: nothing is passed over on the word of the one before.
      knownLife = undefined;
      return true;
    }
    knownLife = life;
    const isMore = page.nextSeq > fromSeq && page.nextSeq <= page.headSeq;
    if (isMore) await pages.ask(page.nextSeq);
    if (page.nextSeq - 1 > appliedSeq) {
      const count = passed - appliedSeq + page.entries.length;
      const appliedEntries = (cursor?.appliedEntries ?? 0) + count;
      const next = { logId, life, appliedSeq: page.nextSeq - 1, appliedEntries };
      await whileApplying(() => applyPage({ library, log }, page.entries, next));
      cursor = next;
    }
    if (cursor !== undefined) await acknowledger.tell(cursor);
    hasLooked = true;
    // A hint that came since an old page was asked for is spent by now.
    if (isMore || isOld) return true;
    await missing.step();
    const kept = await whileApplying(() => keeper.step(logId));
    if (kept.back !== undefined) cursor = kept.back;
    return kept.isMore || (await reappend.step({ logId, appliedSeq: cursor?.appliedSeq ?? 0 }));
  }

  /** By a person's wish, between the pages. */
  async function changeQuarantine<T>(work: () => Promise<T>): Promise<T> {
    if (isPaused) {
      const message = 'the library is paused on this device and applies nothing: `shoal library resume`';
      throw new ShoalError('unavailable', message, { library: library.options.libraryId });
    }
    const done = await whileApplying(work);
    // What is no exception any more is told, and what has room now is read.
    loop.signal();
    return done;
  }

  async function whileApplying<T>(work: () => Promise<T>): Promise<T> {
    applying += 1;
    try {
      return await work();
    } finally {
      applying -= 1;
    }
  }

  const loop = startSignalledLoop({
    work: step,
    name: 'the log is followed',
    idleMs: () => (hasUnfinished() ? Math.min(limits.ingestSoonMs, pollMs) : pollMs),
    retryMs: retryMsMin,
    retryMsMax,
    library: library.options.libraryId,
    log,
  });
  return {
    signal: () => loop.signal(),
    signalSoon() {
      soon ??= setTimeout(() => {
        soon = undefined;
        loop.signal();
      }, limits.ingestSoonMs);
    },
    failure: () => loop.failure(),
    state: () => {
      const unapplied = Math.max(0, headSeq - (cursor?.appliedSeq ?? 0));
      const state = syncStateOf({
        // Who asks for quiet may touch the files once it is there.
        isPaused: isPaused && applying === 0,
        isStale: false,
        hasLooked,
        backfill: 'never',
        behind: 0,
        unapplied,
      });
      return { state, cursor, headSeq };
    },
    setPaused(now) {
      isPaused = now;
      loop.signal();
    },
    quarantine: {
      retry: (which: Quarantined) => changeQuarantine(() => keeper.retry(which)),
      discard: (ids: readonly number[]) => changeQuarantine(() => keeper.discard(ids)),
    },
    stop() {
      clearTimeout(soon);
      return loop.stop();
    },
  };
}
