import { uuidToBytes } from '@shoal/client';
import { limits, ShoalError } from '@shoal/core';
import {
  type Home,
  type HomeLibrary,
  listLeavingIds,
  listLibraries,
  lockHome,
  markLibraryLeaving,
  readLibrary,
  readServiceRun,
  removeLibraryAside,
  setLibraryAside,
} from '@shoal/service-kit';
import { pickLibrary } from '../ask/choose-library.ts';
import { openDevice } from '../ask/with-device.ts';
import type { CliConfig } from '../config.ts';
import { superviseDevice } from '../supervisor/supervise-device.ts';
import { waitShared } from './wait-shared.ts';

export interface LeaveLibraryOptions {
  readonly home: Home;
  readonly library: HomeLibrary;
  readonly config: CliConfig;
  /** Leaves also what is on no other device. */
  readonly isForced: boolean;
  readonly deletesData: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (what: string | undefined) => void;
}

/** Where the folder of the library is now; null: it was removed. */
export interface LeftLibrary {
  readonly keptIn: string | null;
}

/** The libraries that can be left: also those of which an earlier leaving was cut off. */
export async function leavableLibrary(home: Home, wanted: string): Promise<HomeLibrary> {
  const leaving = await Promise.all(
    (await listLeavingIds(home.paths)).map((id) => readLibrary(home.paths, id)),
  );
  return pickLibrary([...(await listLibraries(home.paths)), ...leaving], wanted);
}

/**
 * Makes a device forget a library, whether it runs or not. What was written here has to be known to another device
 * first, unless forced: a device that does not run is started for that. Then every service closes the library, and its
 * folder is set aside, or removed. Cut off at any place it can be done again. Throws `not-shared`, `unavailable` where
 * a service does not let go, and what starting a device throws.
 */
export async function leaveLibrary(options: LeaveLibraryOptions): Promise<LeftLibrary> {
  const { home, library, deletesData } = options;
  const { paths } = home;
  const id = library.libraryId;
  const isLeaving = (await listLeavingIds(paths)).includes(id);
  const isRunning = (await readServiceRun(paths, 'gateway')) !== undefined;
  if (!options.isForced && !isLeaving)
    await (isRunning ? checkShared(options) : checkSharedStarting(options));
  const aside = isRunning ? await letGoRunning(options) : await letGoAlone(options);
  if (!deletesData) return { keptIn: aside };
  await removeLibraryAside(aside);
  return { keptIn: null };
}

async function checkShared({ home, library, signal, onProgress }: LeaveLibraryOptions): Promise<void> {
  const { gateway } = await openDevice(home.paths.dir);
  try {
    await waitShared({
      gateway,
      libraryId: uuidToBytes(library.libraryId),
      name: library.name,
      signal,
      onWaiting: onProgress,
    });
  } finally {
    onProgress(undefined);
    gateway.close();
  }
}

/** What others have is known by hearing them: a device that does not run is started for as long as that takes. */
async function checkSharedStarting(options: LeaveLibraryOptions): Promise<void> {
  const { home, config, onProgress } = options;
  onProgress('starting the device, to see that others have what was written here');
  const device = await superviseDevice({ home: home.paths.dir, config, onEvent: () => undefined });
  try {
    await checkShared(options);
  } finally {
    await device.stop();
  }
}

async function letGoRunning({ home, library, onProgress }: LeaveLibraryOptions): Promise<string> {
  const { gateway } = await openDevice(home.paths.dir);
  try {
    onProgress('the services let go of it');
    const request = { libraryId: uuidToBytes(library.libraryId) };
    const { pending } = await gateway.leaveLibrary(request, { timeoutMs: 2 * limits.leaveWaitMs });
    if (pending.length > 0) {
      throw new ShoalError(
        'unavailable',
        `${pending.join(' and ')} has not let go of library ${library.name} yet: run the command again`,
        { library: library.libraryId },
      );
    }
    return await setLibraryAside(home.paths, library.libraryId, Date.now());
  } finally {
    onProgress(undefined);
    gateway.close();
  }
}

/** Under the lock of the home: nothing of it starts meanwhile. */
async function letGoAlone({ home, library }: LeaveLibraryOptions): Promise<string> {
  const lock = await lockHome(home.paths);
  try {
    await markLibraryLeaving(library.paths);
    return await setLibraryAside(home.paths, library.libraryId, Date.now());
  } finally {
    await lock.release();
  }
}
