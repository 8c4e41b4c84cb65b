import { setTimeout as delay } from 'node:timers/promises';
import { subjects } from '@shoal/bus';
import { type DeviceId, type LibraryId, limits, ShoalError } from '@shoal/core';
import {
  isLibraryReady,
  keyRing,
  openSyncedLibrary,
  type Skipped,
  type SyncedLibrary,
  type SyncedLibraryOptions,
} from '@shoal/library';
import { loadModels, type ModelSet, memberSchemas } from '@shoal/models';
import { encodeRecordsChanged } from '@shoal/proto';
import { type HomeLibrary, readHome, requirePlace } from '@shoal/service-kit';
import { openBusLink } from './bus-link.ts';
import { changeHints } from './change-hints.ts';
import { findLibrary } from './find-library.ts';

export interface OpenShoalOptions {
  /** The folder of the device. */
  readonly home: string;
  /** Id or name of the library; not needed where the device has one. */
  readonly library?: string;
  /** What `defineModels` made; where it is not given, the models module that the device names, or the built-in models. */
  readonly models?: ModelSet;
  /** Records of one batch, where a call does not say; 1,000 (S2-54). */
  readonly batchSize?: number;
  /** Hears of records that could not be named (S2-56); where it is not given, a warning of the process says it. */
  readonly onSkipped?: (skipped: readonly Skipped[]) => void;
  /** How long a library is waited for that the services have not made yet, in ms. */
  readonly deadlineMs?: number;
}

/** A library of a device in an application's own process, beside the services of the device, whether they run or not. */
export interface EmbeddedLibrary extends SyncedLibrary {
  readonly libraryId: LibraryId;
  readonly device: DeviceId;
  /** Names derived records (MRG-6). Never to be logged. */
  readonly secret: Buffer;
  /** Whether the services of the device run, so that what is written leaves it, and what others wrote arrives. */
  isOnline(): boolean;
}

const pollMs = 50;

/**
 * Opens a library of a device as one more writer of it. What is written here is shipped by the device's services, at once
 * where they run, else when they do. Throws as `readHome`, `loadModels` and `findLibrary`; `home-elsewhere`;
 * `version-mismatch`; `unavailable` where the services have not made the library within the deadline.
 */
export async function openShoal(options: OpenShoalOptions): Promise<EmbeddedLibrary> {
  const home = await readHome(options.home);
  await requirePlace(home);
  const library = await findLibrary(home.paths, options.library);
  const models = options.models ?? (await loadModels(home.config.models));
  await whenReady(library, models, options.deadlineMs ?? limits.connectMs);
  const { libraryId } = library;
  const { deviceId } = home.config;
  let look = () => {};
  const link = openBusLink(home, () => look());
  const { outboxReady, recordsChanged } = subjects.local;
  const hints = changeHints((records) => {
    link.publish(outboxReady(deviceId), new Uint8Array());
    const hint = encodeRecordsChanged({ libraryId, records, isLocal: true });
    if (records.length > 0) link.publish(recordsChanged(deviceId), hint);
  });
  try {
    const opened = await openSyncedLibrary({
      ...openingOf(library, models, deviceId),
      ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
      onSkipped: options.onSkipped ?? warn,
      onChanges: hints.add,
    });
    look = opened.look;
    return {
      ...opened,
      libraryId,
      device: deviceId,
      secret: Buffer.from(library.secret, 'base64'),
      isOnline: link.isConnected,
      async close() {
        await opened.close();
        hints.close();
        await link.close();
      },
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}

function openingOf(library: HomeLibrary, models: ModelSet, device: DeviceId): SyncedLibraryOptions {
  return {
    path: library.paths.libraryDb,
    libraryId: library.libraryId,
    device,
    ring: keyRing(library.keys, library.currentKey),
    models: models.models,
    migrations: models.migrations,
    localEntities: models.localEntities,
    schemas: memberSchemas,
  };
}

/** The database is capture's to make and to bring up to date. */
async function whenReady(
  { paths, name }: HomeLibrary,
  { migrations }: ModelSet,
  deadlineMs: number,
): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!isLibraryReady(paths.libraryDb, migrations)) {
    if (performance.now() > untilMs) {
      const message = `the library "${name}" is not there yet, or of an older program: start the device with \`shoal up\``;
      throw new ShoalError('unavailable', message, { field: 'library' });
    }
    await delay(pollMs);
  }
}

function warn(skipped: readonly Skipped[]): void {
  for (const { reason } of skipped)
    process.emitWarning(reason.message, { type: 'ShoalSkipped', code: reason.code });
}
