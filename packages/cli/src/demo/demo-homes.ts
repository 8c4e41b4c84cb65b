import { join } from 'node:path';
import { ShoalError } from '@shoal/core';
import {
  addLibrary,
  changeLibraryHub,
  type Home,
  type HomeLibrary,
  type Hub,
  initHome,
  listLibraries,
  newLibraryFile,
  readHome,
} from '@shoal/service-kit';
import { deviceNames } from './demo-options.ts';

/** The devices of a demo and the library that they share. */
export interface DemoHomes {
  readonly homes: readonly Home[];
  readonly library: HomeLibrary;
}

const libraryName = 'demo';

/**
 * Makes the homes and the library of a demo, or takes those of an earlier one. The first device starts the library,
 * the others join it with what an invitation holds. All know the hub where it is now.
 */
export async function openDemoHomes(options: {
  readonly dir: string;
  readonly deviceCount: number;
  readonly hub: Hub;
}): Promise<DemoHomes> {
  const { dir, deviceCount, hub } = options;
  const homes: Home[] = [];
  for (const name of deviceNames(deviceCount)) homes.push(await openHome(join(dir, name), name));
  const [first] = homes;
  if (first === undefined) throw new ShoalError('internal', 'a demo without devices');
  const library =
    (await demoLibraryOf(first)) ??
    (await addLibrary(first.paths, newLibraryFile({ name: libraryName, hub })));
  for (const { paths } of homes) {
    const joined = (await listLibraries(paths)).some(({ libraryId }) => libraryId === library.libraryId);
    if (!joined) await addLibrary(paths, { ...library, hub });
    await changeLibraryHub(paths, library.libraryId, hub);
  }
  return { homes, library };
}

async function openHome(dir: string, name: string): Promise<Home> {
  try {
    return await readHome(dir);
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'not-found') return initHome({ dir, name });
    throw error;
  }
}

async function demoLibraryOf(home: Home): Promise<HomeLibrary | undefined> {
  return (await listLibraries(home.paths)).find(({ name }) => name === libraryName);
}
