import { opendir, realpath } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { type ModelName, type RecordId, ShoalError, type Value } from '@shoal/core';
import { freshRecordId, type Library } from '@shoal/library';
import { type Log, startSignalledLoop } from '@shoal/service-kit';
import type { ComparisonCounts } from './index/comparison-counts.ts';
import { changePatterns, formatPatterns } from './index/ignore-patterns.ts';
import type { IgnoreSettings } from './index/ignore-rules.ts';
import { createIndexer } from './index/indexer.ts';
import type { RescanOptions } from './index/location-indexer.ts';
import type { SkipCounts } from './index/scan.ts';
import { createIndexHold } from './index-hold.ts';
import { indexStore } from './index-thread/index-store.ts';
import type { IndexThread } from './index-thread/index-thread.ts';
import { createLocationIgnores, type IgnoreChange, ignoresOf, writeIgnores } from './location-ignores.ts';
import { indexedModels } from './store/entry-changes.ts';
import { type LocationRow, locationRows } from './store/location-rows.ts';
import type { Disks } from './volumes/disks.ts';
import type { LocationVolume } from './volumes/volume-writes.ts';
import { openVolumes, type VolumeState } from './volumes/volumes.ts';

/** How a location stands, for people. */
export interface LocationState {
  readonly id: RecordId;
  readonly path: string;
  readonly state: string;
  readonly entries: number;
  /** How many files and folders the comparison under way, or the latest, has looked at. */
  readonly compared: number;
  /** What the latest comparison left out, by reason. */
  readonly skipped: Readonly<SkipCounts>;
  /** Why it is not indexed as its record says; null while it is. */
  readonly error: string | null;
}

/** The locations of this device in one library: records and the indexer that keeps them true. */
export interface Locations {
  /** Throws `not-a-folder`, `already-exists` naming the location that is there, and as `changePatterns` does. */
  add(path: string, name: string, ignores?: IgnoreSettings): Promise<RecordId>;
  remove(id: RecordId): Promise<void>;
  /** `acceptsRoot`: also where another folder stands there than before. Throws `location-unavailable`. */
  rescan(id: RecordId, options?: RescanOptions): Promise<ComparisonCounts & { readonly entries: number }>;
  /**
   * Changes what a location leaves out, in its record, and goes by it; returns what holds. Throws as `writeIgnores` does,
   * and `not-found` for a location that is not of this device.
   */
  changeIgnores(id: RecordId, change: IgnoreChange): Promise<IgnoreSettings>;
  /** The volumes of the library, those of other devices too. */
  volumes(): Promise<VolumeState[]>;
  /** Takes over a volume that is plugged in here, and follows the locations on it. Throws as `Volumes.claim` does. */
  claimVolume(id: RecordId): Promise<readonly RecordId[]>;
  status(): LocationState[];
  /** Whether what an index finds waits for the index to rest before it is shipped (CHG-8). */
  isHolding(): boolean;
  stop(): Promise<void>;
}

/** A system that does not tell where a folder lies. */
const nowhere: LocationVolume = { volume: null, holder: null, writes: [] };

/** How often totals and states are brought up to date while something changes. */
const totalsMs = 1_000;

/** Opens the locations of the device and begins to follow them. */
export async function openLocations(options: {
  readonly library: Library;
  readonly secret: Buffer;
  readonly home: string;
  /** The models module of the device, for the thread, which loads it by itself. */
  readonly modelsFile?: string | null;
  /** Writes large batches of the index; without it the service does all by itself. */
  readonly thread?: IndexThread | null;
  /** What tells of disks; the system's own where it is not given. */
  readonly disks?: Disks;
  readonly log: Log;
}): Promise<Locations> {
  const { library, log } = options;
  const volumes = openVolumes(options);
  const rows = locationRows(library);
  const own = () => rows.own(library.options.device);
  const hold = createIndexHold({
    isComparing: () => own().some(({ key }) => indexer.status(key)?.state === 'scanning'),
    isOnlyIndex: () => library.outboxModels().every((model) => indexedModels.has(model)),
    nowMs: () => performance.now(),
  });
  const store = indexStore(library, options);
  const indexer = createIndexer({
    store: {
      ...store,
      apply(location, changes) {
        hold.writing(changes.length);
        return store.apply(location, changes);
      },
    },
    log,
    homes: [options.home],
  });
  const find = (id: RecordId): LocationRow => {
    const row = own().find((location) => location.id === id);
    if (row !== undefined) return row;
    throw new ShoalError('not-found', `this device has no location ${id}`, {
      field: 'location_id',
      record: id,
    });
  };

  const ignores = createLocationIgnores(indexer, log);
  const started = new Set<number>();
  const start = async (row: LocationRow) => {
    started.add(row.key);
    await ignores.start(row);
  };
  const stop = async (key: number) => {
    started.delete(key);
    ignores.forget(key);
    await indexer.removeLocation(key);
  };
  for (const row of own()) await start(row);
  const refreshedByKey = new Map<number, string>();
  let isChanged = true;
  const unlisten = library.onChanges((changes) => {
    isChanged ||= changes.some(({ ref }) => ref.model === 'entry');
  });
  const refreshAll = async () => {
    const isDue = isChanged;
    isChanged = false;
    // Its volume was claimed by another device. Asked for each, as meanwhile some are added.
    for (const key of [...started]) if (!own().some((row) => row.key === key)) await stop(key);
    for (const row of own()) {
      // Also what another program wrote into the record.
      await ignores.follow(row);
      const { state, error } = indexer.status(row.key) ?? { state: 'pending', error: null };
      if (!isDue && refreshedByKey.get(row.key) === state) continue;
      if (state === 'watching') await refresh(library, rows, row, state);
      else if (error !== null) await library.transaction(() => rows.setScanState(row.key, state, error));
      refreshedByKey.set(row.key, state);
    }
    return false;
  };
  const upkeep = startSignalledLoop({
    work: refreshAll,
    name: 'the totals of locations are written',
    idleMs: totalsMs,
    retryMs: totalsMs,
    retryMsMax: 30 * totalsMs,
    library: library.options.libraryId,
    log,
  });

  return {
    async add(path, name, { isDefault, patterns } = { isDefault: true, patterns: [] }) {
      const text = formatPatterns(changePatterns('', { add: patterns, remove: [] }));
      const folder = await requireFolder(path);
      const there = own().find((location) => location.path === folder);
      if (there !== undefined) {
        throw new ShoalError('already-exists', `${folder} is the location ${there.id} already`, {
          field: 'path',
          record: there.id,
        });
      }
      const id = freshRecordId(Date.now());
      const fields = new Map<string, Value>([
        ['name', name === '' ? basename(folder) || folder : name],
        ['path', folder],
        ['device', library.options.device],
        ['default_ignores', isDefault],
        ['ignore_patterns', text],
      ]);
      const volumeOf = await volumes.at(folder);
      await library.transaction((transaction) => {
        const { volume, holder, writes } = volumeOf?.(transaction) ?? nowhere;
        const whole = new Map([...fields, ['volume', volume], ['volume_holder', holder]] as const);
        const ref = { model: 'location' as ModelName, id };
        transaction.capture([...writes, { kind: 'replace', ref, fields: whole, seen: null }]);
      });
      try {
        await start(find(id));
      } catch (error) {
        started.delete(find(id).key);
        ignores.forget(find(id).key);
        await library.write([{ kind: 'delete', ref: { model: 'location' as ModelName, id }, seen: null }]);
        throw error;
      }
      return id;
    },
    async remove(id) {
      await stop(find(id).key);
      await library.write([{ kind: 'delete', ref: { model: 'location' as ModelName, id }, seen: null }]);
    },
    async rescan(id, options) {
      const row = find(id);
      ignores.requireStarted(row);
      const counts = await indexer.rescan(row.key, options);
      return { ...counts, entries: rows.totals(row.key).entries };
    },
    async changeIgnores(id, change) {
      find(id);
      await writeIgnores(library, () => find(id), change);
      const row = find(id);
      await ignores.follow(row);
      return ignoresOf(row);
    },
    volumes: () => volumes.list(),
    async claimVolume(id) {
      const claimed = await volumes.claim(id);
      for (const location of claimed) await start(find(location));
      return claimed;
    },
    status: () =>
      own().map(({ key, id, path }) => {
        const status = indexer.status(key);
        const refusal = ignores.refusal(key);
        const state = status?.state ?? (refusal === null ? 'pending' : 'failed');
        const { entries } = rows.totals(key);
        const skipped = status?.counts.skipped ?? {};
        const compared = status?.counts.compared ?? 0;
        return { id, path, state, entries, compared, skipped, error: refusal ?? status?.error ?? null };
      }),
    isHolding: () => hold.isHeld(),
    async stop() {
      unlisten();
      await upkeep.stop();
      await indexer.stop();
    },
  };
}

/** Writes totals and state; not while the first comparison runs, when they change all the time, nor of what is away. */
async function refresh(
  library: Library,
  rows: ReturnType<typeof locationRows>,
  row: LocationRow,
  state: string,
): Promise<void> {
  const { files, bytes } = rows.totals(row.key);
  const fields = new Map<string, Value>([
    ['total_file_count', files],
    ['total_byte_size', bytes],
  ]);
  const ref = { model: 'location' as ModelName, id: row.id };
  await library.write([
    { kind: 'put', ref, fields, seen: null, local: { scan_state: state, error_message: null } },
  ]);
}

/** The real path of a folder that can be read. */
async function requireFolder(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new ShoalError(
      'not-a-folder',
      `expected the absolute path of a folder, found ${JSON.stringify(path)}`,
      { field: 'path' },
    );
  }
  try {
    const folder = await realpath(path);
    await (await opendir(folder)).close();
    return folder;
  } catch (error) {
    throw new ShoalError(
      'not-a-folder',
      `${path} is not a folder that can be read`,
      { field: 'path' },
      error,
    );
  }
}
