import { setTimeout as delay } from 'node:timers/promises';
import { asShoalError, type DeviceId, ShoalError } from '@shoal/core';
import { isLibraryReady, keyRing, type Library, type Migration, openLibrary } from '@shoal/library';
import type { ModelSet } from '@shoal/models';
import { type Client, encodeRecordsChanged, type LogStoreDefinition } from '@shoal/proto';
import type { HomeLibrary, Log } from '@shoal/service-kit';
import { openInstruments, withZeros } from '@shoal/telemetry';
import { showAfterUpgrade } from './after-upgrade.ts';
import { type Follower, startFollower } from './follow.ts';

/** Ingest of one library. */
export interface LibraryIngest {
  readonly library: Library;
  readonly follower: Follower;
  setPaused(isPaused: boolean): void;
  close(): Promise<void>;
}

/** How often a library that capture has not migrated yet is looked at. */
const migratedPollMs = 50;
const migratedWaitMs = 10_000;

/** Opens a library once capture has migrated it, and follows its log. */
export async function openLibraryIngest(options: {
  readonly library: HomeLibrary;
  readonly device: DeviceId;
  readonly models: ModelSet;
  readonly logStore: Client<typeof LogStoreDefinition>;
  /** The library's keys as they are by now: one may come later than what it opens (ING-3). */
  readonly readKeys: () => Promise<HomeLibrary['keys']>;
  /** Tells the device's services what a commit changed. */
  readonly publishChanged: (hint: Uint8Array) => void;
  readonly log: Log;
}): Promise<LibraryIngest> {
  const { libraryId, keys, currentKey, paths, isPaused } = options.library;
  const log = options.log.child({ library: libraryId });
  const { models, migrations } = options.models;
  await untilMigrated(paths.libraryDb, migrations);
  const keysById = new Map(keyRing(keys, currentKey).keysById);
  const ring = { currentKeyId: currentKey, keysById };
  const library = openLibrary({
    path: paths.libraryDb,
    libraryId,
    device: options.device,
    ring,
    models,
    migrations,
  });
  library.onChanges((records, isLocal) => {
    if (records.length > 0) options.publishChanged(encodeRecordsChanged({ libraryId, records, isLocal }));
  });
  try {
    await showAfterUpgrade(library, log);
  } catch (error) {
    library.close();
    throw error;
  }
  const refreshKeys = async () => {
    try {
      for (const [id, key] of keyRing(await options.readKeys(), currentKey).keysById) keysById.set(id, key);
    } catch (error) {
      // The keys that are here still open what they open.
      log.warn({ code: asShoalError(error).code }, 'the keys of the library could not be read again');
    }
  };
  const follower = startFollower({ library, logStore: options.logStore, log, isPaused, refreshKeys });
  const telling = tellLevels(library, follower);
  return {
    library,
    follower,
    setPaused: follower.setPaused,
    async close() {
      await follower.stop();
      for (const stop of telling) stop();
      library.close();
    },
  };
}

/** How much waits here, for whoever looks; returns what ends it. */
function tellLevels(
  { cursor, options, quarantined: waiting }: Library,
  follower: Follower,
): readonly (() => void)[] {
  const { parked, quarantined, lag } = openInstruments();
  const labels = { library: options.libraryId };
  return [
    parked.observeEach(
      withZeros(() => cursor.parked().map(({ reason, records }) => [records, { ...labels, reason }])),
    ),
    quarantined.observe(() => waiting.count(), labels),
    lag.observe(() => {
      const { headSeq, cursor: at } = follower.state();
      return Math.max(0, headSeq - (at?.appliedSeq ?? 0));
    }, labels),
  ];
}

/** Capture migrates; everybody else waits. After the deadline the follower of libraries tries again. */
async function untilMigrated(path: string, migrations: readonly Migration[]): Promise<void> {
  const deadline = performance.now() + migratedWaitMs;
  while (!isLibraryReady(path, migrations)) {
    if (performance.now() > deadline) throw notMigrated();
    await delay(migratedPollMs);
  }
}

function notMigrated(): ShoalError {
  return new ShoalError('unavailable', 'capture has not brought library.db up to date yet');
}
