import { asShoalError, ShoalError } from '@shoal/core';
import { displayPath } from './byte-path.ts';
import { type ComparisonEnd, compareFolders, compareLocation } from './compare-location.ts';
import { type ComparisonCounts, type CountKeeper, createCountKeeper } from './comparison-counts.ts';
import { deleteMissing } from './delete-missing.ts';
import type { IndexLog } from './index-surroundings.ts';
import { createLocationWatch } from './location-watch.ts';
import { createLocationWork, type LocationSurroundings } from './location-work.ts';
import { rootOnDisk } from './root-on-disk.ts';
import { createWakeup } from './wakeup.ts';
import type { WatchFolder } from './watch.ts';

/** How a location stands. `counts` are of the comparison of all that runs, or of the last one. */
export interface LocationStatus {
  readonly state: 'scanning' | 'watching' | 'missing' | 'failed' | 'stopped';
  readonly counts: ComparisonCounts;
  /** Why the state is `failed`; null otherwise. */
  readonly error: string | null;
}

/** Keeps the index of one location true until it is stopped. */
export interface LocationIndexer {
  /**
   * Compares all, and waits for what is on the move or being written, about a second at most. Throws `not-a-folder` while the root is missing,
   * `unavailable` when the indexer stops first, and what the store throws.
   */
  rescan(): Promise<ComparisonCounts>;
  status(): LocationStatus;
  /** Writes what is in hand and ends. */
  stop(): Promise<void>;
}

/**
 * Starts at once: watch, compare all, then follow the hints. One loop does everything in turn, so that the
 * store sees one writer:
 *
 *   all wanted or due ──► compare all ──┐
 *   folders due ────────► compare them ─┼─► sleep until something is due or a hint comes
 *   missing due ────────► delete them ──┘
 */
export function startLocationIndexer(
  surroundings: LocationSurroundings & { readonly log: IndexLog; readonly watchFolder: WatchFolder },
): LocationIndexer {
  const { location, root, limits, clock, log } = surroundings;
  const work = createLocationWork(surroundings);
  const wakeup = createWakeup();
  const now = () => clock.monotonicMs();
  let lastFull: CountKeeper = createCountKeeper();
  let state: LocationStatus['state'] = 'scanning';
  let failure: ShoalError | null = null;
  let failures = 0;
  const waiters: PromiseWithResolvers<ComparisonCounts>[] = [];
  let isStopping = false;
  let nextFullMs = now();

  const wantFull = (atMs: number) => {
    nextFullMs = Math.min(nextFullMs, atMs);
    wakeup.wake();
  };
  const watch = createLocationWatch({
    ...surroundings,
    onHint: (folder) => {
      work.dirty.hint(folder, now());
      // The watch of a new folder may have come later than its first files.
      if (folder.isDeep) work.dirty.schedule(folder, now() + limits.newFolderRecheckMs);
      wakeup.wake();
    },
    onGap: (error) => {
      if (error !== null)
        log.warn({ location, code: codeOf(error) }, 'the watcher does not cover everything');
      wantFull(now() + (error === null ? 0 : limits.newFolderRecheckMs));
    },
  });

  const compareAll = async (): Promise<ComparisonCounts | 'missing'> => {
    nextFullMs = Number.POSITIVE_INFINITY;
    const counter = createCountKeeper();
    lastFull = counter;
    const comparison = work.begin(counter, () => isStopping);
    const disk = await rootOnDisk(comparison);
    if (disk === null) return 'missing';
    state = 'scanning';
    await watch.ensure(disk.fileId);
    if ((await compareLocation(comparison)) === 'missing') return 'missing';
    if ((await settle(counter)) === 'missing') return 'missing';
    state = 'watching';
    failure = null;
    failures = 0;
    nextFullMs = Math.min(
      nextFullMs,
      now() + (watch.isBlind() ? limits.blindSafetyNetMs : limits.safetyNetMs),
    );
    return counter.counts();
  };

  /** Gives what vanished or was being written time to turn up or settle, within bounds. */
  const settle = async (counter: CountKeeper): Promise<ComparisonEnd> => {
    const untilMs = now() + limits.patienceMs + limits.moveGraceMs;
    while (!isStopping && work.isUnsettled() && now() < untilMs) {
      const waitMs = Math.min(untilMs, nextDueMs() ?? untilMs) - now();
      if (waitMs > 0) await wakeup.sleep(waitMs);
      else if ((await compareDue(counter)) === 'missing') return 'missing';
    }
    return 'done';
  };

  const compareDue = async (counter: CountKeeper): Promise<ComparisonEnd> => {
    const comparison = work.begin(counter, () => isStopping);
    const end = await compareFolders(comparison, work.dirty.takeDue(now()));
    // After the folders: what vanished may have turned up in them.
    return end === 'missing' ? end : deleteMissing(comparison, work.missing.takeDue(now()));
  };

  const loseRoot = async () => {
    state = 'missing';
    work.dirty.clear();
    work.missing.clear();
    await watch.stop();
    nextFullMs = now() + limits.rootPollMs;
  };

  const turn = async () => {
    if (waiters.length === 0 && now() < nextFullMs) {
      if ((await compareDue(createCountKeeper())) === 'missing') await loseRoot();
      return;
    }
    const waiting = waiters.splice(0);
    try {
      const counts = await compareAll();
      if (counts === 'missing') await loseRoot();
      for (const waiter of waiting) {
        if (isStopping) waiter.reject(stopped());
        else if (counts === 'missing') waiter.reject(noRoot(displayPath(root)));
        else waiter.resolve(counts);
      }
    } catch (error) {
      for (const waiter of waiting) waiter.reject(error);
      throw error;
    }
  };

  const fail = (error: unknown) => {
    failure = asShoalError(error);
    state = 'failed';
    failures += 1;
    // What was in hand is found again by comparing all.
    nextFullMs = now() + Math.min(limits.retryMinMs * 2 ** (failures - 1), limits.retryMaxMs);
    log.warn({ location, code: failure.code, error: failure.message, failures }, 'indexing failed');
  };

  const nextDueMs = (): number | null => {
    const dueMs = [work.dirty.nextDueMs(), work.missing.nextDueMs()].filter((due) => due !== null);
    return dueMs.length === 0 ? null : Math.min(...dueMs);
  };

  const nextTurnMs = () => {
    if (waiters.length > 0) return now();
    return state === 'failed' ? nextFullMs : Math.min(nextFullMs, nextDueMs() ?? nextFullMs);
  };

  const run = async () => {
    while (!isStopping) {
      const waitMs = nextTurnMs() - now();
      if (waitMs > 0) {
        await wakeup.sleep(waitMs);
        continue;
      }
      await turn().catch(fail);
    }
    for (const waiter of waiters.splice(0)) waiter.reject(stopped());
    state = 'stopped';
    await watch.stop();
  };
  const finished = run();

  return {
    rescan() {
      const waiter = Promise.withResolvers<ComparisonCounts>();
      if (isStopping) waiter.reject(stopped());
      else waiters.push(waiter);
      wakeup.wake();
      return waiter.promise;
    },
    status: () => ({ state, counts: lastFull.counts(), error: failure?.message ?? null }),
    async stop() {
      isStopping = true;
      wakeup.wake();
      await finished;
    },
  };
}

function stopped(): ShoalError {
  return new ShoalError('unavailable', 'the location is not indexed any more: its indexer was stopped');
}

function noRoot(path: string): ShoalError {
  return new ShoalError('not-a-folder', `expected a folder, found none: ${path}`, { field: 'path' });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? asShoalError(error).code;
}
