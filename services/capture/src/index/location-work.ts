import { type BytePath, parentPath } from './byte-path.ts';
import { createChangeBatch, type Unidentified } from './change-batch.ts';
import type { Comparison } from './compare-location.ts';
import type { CountKeeper } from './comparison-counts.ts';
import type { HashFile } from './content-hash.ts';
import { createDirtyFolders, type DirtyFolders } from './dirty-folders.ts';
import type { EntryStore } from './entry-store.ts';
import { type Identified, identifyContent } from './identify-content.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import type { IndexLimits } from './index-limits.ts';
import type { IndexClock } from './index-surroundings.ts';
import { createMissingEntries, type MissingEntries } from './missing-entries.ts';
import { createUnsettledFiles } from './unsettled-files.ts';

/** What the comparisons of a location work with. */
export interface LocationSurroundings {
  readonly store: EntryStore;
  readonly location: number;
  /** Absolute. */
  readonly root: BytePath;
  readonly limits: IndexLimits;
  readonly clock: IndexClock;
  readonly hashFile: HashFile;
}

/** What is left to do at a location, and the comparisons that do it and find more. */
export interface LocationWork {
  readonly dirty: DirtyFolders;
  readonly missing: MissingEntries;
  /** Whether something vanished or is being written, and it is not decided what becomes of it. */
  isUnsettled(): boolean;
  /** A comparison by `rules` that counts in `counter` and ends early once `isStopping` says so. */
  begin(options: {
    readonly counter: CountKeeper;
    readonly rules: IgnoreRules;
    readonly isStopping: () => boolean;
  }): Comparison;
}

/** Nothing to do yet. */
export function createLocationWork(surroundings: LocationSurroundings): LocationWork {
  const { store, location, root, limits, clock } = surroundings;
  const dirty = createDirtyFolders(limits);
  const missing = createMissingEntries(limits);
  const unsettled = createUnsettledFiles(limits);
  const now = () => clock.monotonicMs();
  let lastRef = 0;

  const lookAgain = (path: BytePath, inMs: number) =>
    dirty.schedule({ path: parentPath(path), isDeep: false }, now() + inMs);

  const judge = (counter: CountKeeper, path: BytePath, why: Identified['state']): Unidentified => {
    switch (why) {
      case 'unsettled': {
        const patience = unsettled.note(path, now());
        lookAgain(path, patience.retryInMs);
        return patience.isOver ? 'apply-without-content' : 'withhold';
      }
      case 'gone':
        lookAgain(path, limits.debounceMs);
        break;
      case 'unreadable':
        counter.skip({ unreadable: 1 });
        break;
      case 'identified':
        break;
    }
    unsettled.forget(path);
    return 'withhold';
  };

  return {
    dirty,
    missing,
    isUnsettled: () => missing.nextDueMs() !== null || unsettled.count(now()) > 0,
    begin({ counter, rules, isStopping }) {
      const startedMs = now();
      const identify = identifyContent({
        root,
        limits,
        now: () => clock.wallMs(),
        hashFile: (path) => {
          counter.fileRead();
          return surroundings.hashFile(path);
        },
      });
      return {
        store,
        location,
        scan: { root, rules, statsMax: limits.statsMax },
        sampled: {},
        counter,
        batch: createChangeBatch({
          store,
          location,
          limits,
          identify,
          counter,
          onIdentified: (path) => unsettled.forget(path),
          onUnidentified: (path, why) => judge(counter, path, why.state),
        }),
        nextRef: () => --lastRef,
        isStopping,
        onMissing: (entry) => missing.note(entry.key, now()),
        onDirty: (path) => dirty.schedule({ path, isDeep: false }, now() + limits.debounceMs),
        onUnwatchable: (path) => {
          const pauseMs = Math.max(limits.unwatchablePollMs, 10 * (now() - startedMs));
          dirty.schedule({ path, isDeep: true }, now() + pauseMs);
        },
      };
    },
  };
}
