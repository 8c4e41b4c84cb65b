import { opendir, realpath } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { type ModelName, type RecordId, ShoalError, type Value } from '@shoal/core';
import { freshRecordId, type Library } from '@shoal/library';
import { type Log, startSignalledLoop } from '@shoal/service-kit';
import type { ComparisonCounts } from './index/comparison-counts.ts';
import { createIndexer } from './index/indexer.ts';
import { entryRows } from './store/entry-rows.ts';
import { type LocationRow, locationRows } from './store/location-rows.ts';

/** How a location stands, for people. */
export interface LocationState {
  readonly id: RecordId;
  readonly path: string;
  readonly state: string;
  readonly entries: number;
  readonly skipped: number;
}

/** The locations of this device in one library: records and the indexer that keeps them true. */
export interface Locations {
  /** Throws `not-a-folder`, `already-exists` naming the location that is there. */
  add(path: string, name: string): Promise<RecordId>;
  remove(id: RecordId): Promise<void>;
  rescan(id: RecordId): Promise<ComparisonCounts & { readonly entries: number }>;
  status(): LocationState[];
  stop(): Promise<void>;
}

/** How often totals and states are brought up to date while something changes. */
const totalsMs = 1_000;

/** Opens the locations of the device and begins to follow them. */
export async function openLocations(options: {
  readonly library: Library;
  readonly secret: Buffer;
  readonly home: string;
  readonly log: Log;
}): Promise<Locations> {
  const { library, log } = options;
  const rows = locationRows(library);
  const indexer = createIndexer({ store: entryRows(library, options.secret), log, homes: [options.home] });
  const own = () => rows.own(library.options.device);
  const find = (id: RecordId): LocationRow => {
    const row = own().find((location) => location.id === id);
    if (row !== undefined) return row;
    throw new ShoalError('not-found', `this device has no location ${id}`, {
      field: 'location_id',
      record: id,
    });
  };

  for (const { key, path } of own()) await indexer.addLocation({ key, path });
  const refreshedByKey = new Map<number, string>();
  let isChanged = true;
  const unlisten = library.onChanges((changes) => {
    isChanged ||= changes.some(({ ref }) => ref.model === 'entry');
  });
  const refreshAll = async () => {
    const isDue = isChanged;
    isChanged = false;
    for (const row of own()) {
      const state = indexer.status(row.key)?.state ?? 'pending';
      if (!isDue && refreshedByKey.get(row.key) === state) continue;
      await refresh(library, rows, row, state);
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
    async add(path, name) {
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
      ]);
      await library.write([
        { kind: 'replace', ref: { model: 'location' as ModelName, id }, fields, seen: null },
      ]);
      try {
        await indexer.addLocation({ key: find(id).key, path: folder });
      } catch (error) {
        await library.write([{ kind: 'delete', ref: { model: 'location' as ModelName, id }, seen: null }]);
        throw error;
      }
      return id;
    },
    async remove(id) {
      const { key } = find(id);
      await indexer.removeLocation(key);
      await library.write([{ kind: 'delete', ref: { model: 'location' as ModelName, id }, seen: null }]);
    },
    async rescan(id) {
      const row = find(id);
      const counts = await indexer.rescan(row.key);
      return { ...counts, entries: rows.totals(row.key).entries };
    },
    status: () =>
      own().map(({ key, id, path }) => {
        const status = indexer.status(key);
        const skipped = Object.values(status?.counts.skipped ?? {}).reduce((sum, count) => sum + count, 0);
        return { id, path, state: status?.state ?? 'pending', entries: rows.totals(key).entries, skipped };
      }),
    async stop() {
      unlisten();
      await upkeep.stop();
      await indexer.stop();
    },
  };
}

/** Writes totals and state; never while the first comparison runs, when they change all the time. */
async function refresh(
  library: Library,
  rows: ReturnType<typeof locationRows>,
  row: LocationRow,
  state: string,
): Promise<void> {
  if (state !== 'watching') return;
  const { files, bytes } = rows.totals(row.key);
  const fields = new Map<string, Value>([
    ['total_file_count', files],
    ['total_byte_size', bytes],
  ]);
  const ref = { model: 'location' as ModelName, id: row.id };
  await library.write([{ kind: 'put', ref, fields, seen: null, local: { scan_state: state } }]);
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
