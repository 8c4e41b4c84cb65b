import { limits } from '@shoal/core';
import { keyRing, type Library, migrateLibrary, openLibrary } from '@shoal/library';
import { type ModelSet, memberSchemas } from '@shoal/models';
import { type Client, encodeRecordsChanged, type LogStoreDefinition } from '@shoal/proto';
import { appVersion, type Home, type HomeLibrary, type Log } from '@shoal/service-kit';
import { durableStep, openInstruments, withZeros } from '@shoal/telemetry';
import { announceDevice } from './device-record.ts';
import type { IndexThread } from './index-thread/index-thread.ts';
import { type Locations, openLocations } from './locations.ts';
import { noLocations } from './no-locations.ts';
import { startOrphans } from './orphans.ts';
import { type Relay, startRelay } from './relay.ts';
import { type CommitWatch, watchCommits } from './watch-commits.ts';

/** Capture of one library. */
export interface LibraryCapture {
  readonly library: Library;
  /** Names derived records (MRG-6). */
  readonly secret: Buffer;
  readonly locations: Locations;
  readonly relay: Relay;
  close(): Promise<void>;
}

/** Migrates and opens a library: its device record, its relay, and where its models have files its locations. */
export async function openLibraryCapture(options: {
  readonly library: HomeLibrary;
  readonly home: Home;
  readonly models: ModelSet;
  readonly logStore: Client<typeof LogStoreDefinition>;
  readonly relayMs: number;
  readonly indexThread?: IndexThread | null;
  /** Tells the device's services what a commit changed. */
  readonly publishChanged: (hint: Uint8Array) => void;
  readonly log: Log;
}): Promise<LibraryCapture> {
  const { home, models } = options;
  const { libraryId, keys, currentKey, paths } = options.library;
  const log = options.log.child({ library: libraryId });
  const secret = Buffer.from(options.library.secret, 'base64');
  await migrateLibrary(paths.libraryDb, models.migrations);
  durableStep('opening.after-migrate');
  const library = openLibrary({
    path: paths.libraryDb,
    libraryId,
    device: home.config.deviceId,
    ring: keyRing(keys, currentKey),
    models: models.models,
    migrations: models.migrations,
    schemas: memberSchemas,
  });
  const stopTelling = tellOutbox(library);
  let locations: Locations | undefined;
  let commits: CommitWatch | undefined;
  /** Whether every commit wakes the relay; what is held back is let go of by looking. */
  const isTold = () => (commits?.isWatching() ?? false) && !locations?.isHolding();
  const relay = startRelay({
    library,
    logStore: options.logStore,
    log,
    idleMs: () => (isTold() ? Math.max(options.relayMs, limits.relayWatchedMs) : options.relayMs),
    isHeld: () => locations?.isHolding() ?? false,
  });
  library.onChanges((records, isLocal) => {
    relay.signal();
    if (records.length > 0) options.publishChanged(encodeRecordsChanged({ libraryId, records, isLocal }));
  });
  const orphans = startOrphans({ library, log });
  await announceDevice(library, home.config.name, appVersion);
  commits = watchCommits({
    path: `${paths.libraryDb}-wal`,
    restMs: options.relayMs,
    look: () => relay.signal(),
  });
  locations = models.hasFiles
    ? await openLocations({
        ...{ library, secret, home: home.paths.dir, modelsFile: home.config.models, log },
        thread: options.indexThread ?? null,
      })
    : noLocations(libraryId);
  return {
    library,
    secret,
    locations,
    relay,
    async close() {
      commits?.close();
      await orphans.stop();
      await locations.stop();
      await options.indexThread?.close(paths.libraryDb);
      await relay.stop();
      stopTelling();
      library.close();
    },
  };
}

/** What waits, by model, for whoever looks. */
function tellOutbox(library: Library): () => void {
  const labels = { library: library.options.libraryId };
  return openInstruments().outbox.observeEach(
    withZeros(() => library.outboxByModel().map(({ model, changes }) => [changes, { ...labels, model }])),
  );
}
