import { asShoalError, ShoalError } from '@shoal/core';
import { displayPath } from './byte-path.ts';
import { type ComparisonEnd, compareFolders, compareLocation } from './compare-location.ts';
import { type ComparisonCounts, type CountKeeper, createCountKeeper } from './comparison-counts.ts';
import { deleteMissing } from './delete-missing.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import type { IndexLog } from './index-surroundings.ts';
import { createLocationWatch } from './location-watch.ts';
import { createLocationWork, type LocationSurroundings } from './location-work.ts';
import { isRootThere, type RootLoss, rootLoss, rootOnDisk } from './root-on-disk.ts';
import { createWakeup } from './wakeup.ts';
import type { WatchFolder } from './watch.ts';

/** How a location stands. `counts` are of the comparison of all that runs, or of the last one. */
export interface LocationStatus {
  readonly state: 'scanning' | 'watching' | 'unavailable' | 'failed' | 'stopped';
  readonly counts: ComparisonCounts;
  /** Why the state is `failed` or `unavailable`; null otherwise. */
  readonly error: string | null;
}

/** How all is compared. */
export interface RescanOptions {
  readonly acceptsRoot?: boolean;
}

/** Keeps the index of one location true until it is stopped. */
export interface LocationIndexer {
  /**
   * Compares all, and waits for what is on the move or being written, about a second at most. `acceptsRoot`: also where
   * another folder stands there than before, which is the location's from now on. Throws `location-unavailable` while
   * the folder is not there or another one, `unavailable` when the indexer stops first, and what the store throws.
   */
  rescan(options?: RescanOptions): Promise<ComparisonCounts>;
  /** From now on these rules hold: all is compared by them, without reading what is unchanged. */
  setRules(rules: IgnoreRules): void;
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
 *   missing due ────────► delete them ──┤
 *   root due ───────────► look at it ───┘   (a disk that is pulled out sends no hint)
 */
export function startLocationIndexer(
  surroundings: LocationSurroundings & {
    readonly rules: IgnoreRules;
    readonly log: IndexLog;
    readonly watchFolder: WatchFolder;
  },
): LocationIndexer {
  const { location, root, limits, clock, log } = surroundings;
  const work = createLocationWork(surroundings);
  const wakeup = createWakeup();
  const now = () => clock.monotonicMs();
  let { rules } = surroundings;
  let lastFull: CountKeeper = createCountKeeper();
  let state: LocationStatus['state'] = 'scanning';
  let failure: ShoalError | null = null;
  let failures = 0;
  const waiters: (PromiseWithResolvers<ComparisonCounts> & { readonly acceptsRoot: boolean })[] = [];
  let isStopping = false;
  let nextFullMs = now();
  let nextRootMs = now();

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

  /** Rules that change under way end it: what is left is compared by the new ones. */
  const begin = (counter: CountKeeper) => {
    const begun = rules;
    return work.begin({ counter, rules, isStopping: () => isStopping || rules !== begun });
  };

  const compareAll = async (acceptsRoot: boolean): Promise<ComparisonCounts | 'missing'> => {
    nextFullMs = Number.POSITIVE_INFINITY;
    const counter = createCountKeeper();
    lastFull = counter;
    const comparison = { ...begin(counter), acceptsRoot };
    const disk = await rootOnDisk(comparison);
    if (disk === null) return 'missing';
    state = 'scanning';
    await watch.ensure(disk.fileId, comparison.scan.rules);
    if ((await compareLocation(comparison)) === 'missing') return 'missing';
    if ((await settle(counter)) === 'missing') return 'missing';
    if (comparison.scan.rules !== rules && !isStopping) return compareAll(acceptsRoot);
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
    const comparison = begin(counter);
    if (now() >= nextRootMs && !(await isRootThere(comparison))) return 'missing';
    nextRootMs = now() + limits.rootPollMs;
    const end = await compareFolders(comparison, work.dirty.takeDue(now()));
    // After the folders: what vanished may have turned up in them.
    return end === 'missing' ? end : deleteMissing(comparison, work.missing.takeDue(now()));
  };

  const loseRoot = async () => {
    const lost = noRoot(displayPath(root), await rootLoss(begin(lastFull)));
    if (failure?.message !== lost.message) log.warn({ location, code: lost.code }, 'a location is not there');
    failure = lost;
    state = 'unavailable';
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
      const counts = await compareAll(waiting.some(({ acceptsRoot }) => acceptsRoot));
      if (counts === 'missing') await loseRoot();
      for (const waiter of waiting) {
        if (isStopping) waiter.reject(stopped());
        else if (counts === 'missing') waiter.reject(failure);
        else waiter.resolve(counts);
      }
    } catch (error) {
      for (const waiter of waiting) waiter.reject(error);
      throw error;
    }
  };

  const fail = (error: unknown) => {
    const before = failure?.message;
    failure = asShoalError(error);
    state = 'failed';
    failures += 1;
    // What was in hand is found again by comparing all.
    nextFullMs = now() + Math.min(limits.retryMinMs * 2 ** (failures - 1), limits.retryMaxMs);
    // Its message may name files: the code says enough, the status says the rest.
    if (failure.message !== before) log.warn({ location, code: codeOf(error), failures }, 'indexing failed');
  };

  const nextDueMs = (): number | null => {
    const dueMs = [work.dirty.nextDueMs(), work.missing.nextDueMs()].filter((due) => due !== null);
    return dueMs.length === 0 ? null : Math.min(...dueMs);
  };

  const nextTurnMs = () => {
    if (waiters.length > 0) return now();
    if (state === 'failed') return nextFullMs;
    return Math.min(nextFullMs, nextDueMs() ?? nextFullMs, state === 'watching' ? nextRootMs : nextFullMs);
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
    rescan({ acceptsRoot = false } = {}) {
      const waiter = { ...Promise.withResolvers<ComparisonCounts>(), acceptsRoot };
      if (isStopping) waiter.reject(stopped());
      else waiters.push(waiter);
      wakeup.wake();
      return waiter.promise;
    },
    setRules(next) {
      rules = next;
      if (state === 'watching') state = 'scanning';
      wantFull(now());
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

function noRoot(path: string, loss: RootLoss): ShoalError {
  const accept = `\`shoal location rescan ${path} --accept-new-root\``;
  const message = {
    gone: `the folder ${path} is not there; its entries stay as they are until it is back`,
    another: `another folder than the indexed one stands at ${path}; its entries stay as they are until that is back, or until ${accept}`,
  };
  return new ShoalError('location-unavailable', message[loss], { field: 'path' });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? asShoalError(error).code;
}
