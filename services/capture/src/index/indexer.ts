import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { ShoalError } from '@shoal/core';
import pLimit from 'p-limit';
import { bytePath, isWithin } from './byte-path.ts';
import type { ComparisonCounts } from './comparison-counts.ts';
import { type HashFile, hashFile as hashFileOnDisk } from './content-hash.ts';
import type { EntryStore } from './entry-store.ts';
import { type IgnoreRules, type IgnoreSettings, ignoreRules } from './ignore-rules.ts';
import { type IndexLimits, indexLimits } from './index-limits.ts';
import { type IndexClock, type IndexLog, systemClock } from './index-surroundings.ts';
import {
  type LocationIndexer,
  type LocationStatus,
  type RescanOptions,
  startLocationIndexer,
} from './location-indexer.ts';
import { type WatchFolder, watchFolder as watchFolderOnDisk } from './watch.ts';

/** A folder to index. `key` is the location's local id, `path` absolute; where `ignores` is absent, the default list holds. */
export interface IndexedLocation {
  readonly key: number;
  readonly path: string;
  readonly ignores?: IgnoreSettings;
}

/** What an indexer works with; what is optional has a default that the tests replace. */
export interface IndexerOptions {
  readonly store: EntryStore;
  readonly log: IndexLog;
  /** Absolute paths of the engine's homes: never indexed. */
  readonly homes: readonly string[];
  readonly limits?: Partial<IndexLimits>;
  readonly clock?: IndexClock;
  readonly hashFile?: HashFile;
  readonly watchFolder?: WatchFolder;
}

/** Keeps entries true to the folders on disk, for the locations of one library. */
export interface Indexer {
  /**
   * Begins to index and follow a location; returns when that has begun, not when it is done. A path that is
   * not there is waited for. Throws `already-exists` for a key in use and `invalid-argument` for a path
   * that is relative or inside of a home.
   */
  addLocation(location: IndexedLocation): Promise<void>;
  /** Stops following; what is known of it stays in the store. Unknown keys are no error. */
  removeLocation(key: number): Promise<void>;
  /**
   * Changes what is left out; the index follows: what is left out now goes, what is not any more comes, and unchanged
   * files are not read. Throws `not-found` for an unknown key.
   */
  setIgnores(key: number, ignores: IgnoreSettings): void;
  /** Compares all of a location, see `LocationIndexer`. Throws `not-found` for an unknown key. */
  rescan(key: number, options?: RescanOptions): Promise<ComparisonCounts>;
  /** Null for an unknown key. */
  status(key: number): LocationStatus | null;
  /** Stops all locations; what is in hand is written. */
  stop(): Promise<void>;
}

interface RunningLocation {
  readonly indexer: LocationIndexer;
  readonly rulesOf: (ignores: IgnoreSettings) => IgnoreRules;
}

/** An indexer without locations. */
export function createIndexer(options: IndexerOptions): Indexer {
  const limits: IndexLimits = { ...indexLimits, ...options.limits };
  const limitReads = pLimit(limits.hashesMax);
  const readFile = options.hashFile ?? hashFileOnDisk;
  const locations = new Map<number, RunningLocation>();

  const start = (location: IndexedLocation, path: string, homes: readonly string[]) => {
    if (locations.has(location.key)) throw inUse(location.key);
    if (locations.size >= limits.locationsMax) throw tooMany(limits.locationsMax);
    const root = bytePath(path);
    const rulesOf = (ignores: IgnoreSettings) => ignoreRules(root, ignores, homes);
    const indexer = startLocationIndexer({
      store: options.store,
      location: location.key,
      root,
      rules: rulesOf(location.ignores ?? { isDefault: true, patterns: [] }),
      limits,
      clock: options.clock ?? systemClock,
      log: options.log,
      hashFile: (file) => limitReads(() => readFile(file)),
      watchFolder: options.watchFolder ?? watchFolderOnDisk,
    });
    locations.set(location.key, { indexer, rulesOf });
  };

  const require = (key: number) => {
    const location = locations.get(key);
    if (location === undefined) throw new ShoalError('not-found', `no location ${key} is indexed here`);
    return location;
  };

  return {
    async addLocation(location) {
      if (!isAbsolute(location.path)) throw badPath('an absolute path', location.path);
      const path = await realOr(location.path);
      const homes = await Promise.all(options.homes.map(realOr));
      if (homes.some((home) => isWithin(bytePath(home), bytePath(path)))) {
        throw badPath("a folder outside of the engine's own home", location.path);
      }
      start(location, path, homes);
    },
    async removeLocation(key) {
      const location = locations.get(key);
      locations.delete(key);
      await location?.indexer.stop();
    },
    setIgnores(key, ignores) {
      const { indexer, rulesOf } = require(key);
      indexer.setRules(rulesOf(ignores));
    },
    rescan: async (key, options) => require(key).indexer.rescan(options),
    status: (key) => locations.get(key)?.indexer.status() ?? null,
    async stop() {
      const all = [...locations.values()];
      locations.clear();
      await Promise.all(all.map(({ indexer }) => indexer.stop()));
    },
  };
}

/** Links resolved; as it is spelled where nothing is there yet. */
async function realOr(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return resolve(path);
  }
}

function badPath(expected: string, found: string): ShoalError {
  return new ShoalError('invalid-argument', `expected ${expected}, found ${found}`, { field: 'path' });
}

function inUse(key: number): ShoalError {
  return new ShoalError('already-exists', `location ${key} is indexed already`);
}

function tooMany(max: number): ShoalError {
  return new ShoalError('invalid-argument', `at most ${max} locations can be indexed`, { field: 'path' });
}
