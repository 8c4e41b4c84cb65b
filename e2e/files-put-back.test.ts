import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidFromBytes } from '@shoal/client';
import type { LibraryId } from '@shoal/core';
import { type DeviceProcess, type Fleet, startFleet } from '@shoal/testkit';
import { afterAll, beforeAll, test } from 'vitest';
import { type LedgerWorld, openLedgerWorld } from './ledger-world.ts';

/**
 * The hazard: somebody puts a file of a device back from a copy while its services are down, as backups and tools that
 * move folders do, and everybody writes on (REP-6). What is shown of files one by one in going-back.test.ts, here with
 * processes, a hub and clients that write before and after; all that they were told must be there in the end.
 */
let fleet: Fleet;
let world: LedgerWorld;

beforeAll(async () => {
  fleet = await startFleet({ isInProcess: true });
  world = await openLedgerWorld(fleet, fleet.libraryId);
});
afterAll(() => fleet?.close());

type File = 'library.db' | 'sync.db';

const disasters: readonly (readonly [title: string, ofA: readonly File[], ofB: readonly File[]])[] = [
  ['library.db of one device and sync.db of the other', ['library.db'], ['sync.db']],
  ['both files of one device', ['library.db', 'sync.db'], []],
];

test.each(disasters)(
  '[REP-6] %s put back while services are down: nothing acknowledged is lost',
  async (_, ofA, ofB) => {
    const [a, b] = fleet.devices as [DeviceProcess, DeviceProcess];
    const concerned = [
      { device: a, files: ofA },
      { device: b, files: ofB },
    ].filter(({ files }) => files.length > 0);
    await world.underTraffic(() => Promise.resolve());
    await Promise.all(
      concerned.map(async ({ device, files }) => {
        await device.stop();
        await keep(device, files);
        await device.start();
      }),
    );
    await world.underTraffic(() => Promise.resolve());
    await world.untilWhole();
    await Promise.all(
      concerned.map(async ({ device, files }) => {
        await device.stop();
        await putBack(device, files);
        await device.start();
      }),
    );
    // At once, before a device can know what it forgot.
    await world.underTraffic(() => Promise.resolve());
    await world.untilWhole();
  },
);

const folderOf = ({ home }: DeviceProcess) =>
  home.paths.library(uuidFromBytes<LibraryId>(fleet.libraryId, 'library_id')).dir;

/** Copies files beside the home, with what SQLite keeps next to them. */
async function keep(device: DeviceProcess, files: readonly File[]): Promise<void> {
  const kept = `${device.home.paths.dir}-kept`;
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept);
  for (const name of await namesOf(folderOf(device), files)) {
    await copyFile(join(folderOf(device), name), join(kept, name));
  }
}

async function putBack(device: DeviceProcess, files: readonly File[]): Promise<void> {
  const kept = `${device.home.paths.dir}-kept`;
  for (const name of await namesOf(folderOf(device), files)) await rm(join(folderOf(device), name));
  for (const name of await namesOf(kept, files))
    await copyFile(join(kept, name), join(folderOf(device), name));
}

async function namesOf(folder: string, files: readonly File[]): Promise<string[]> {
  return (await readdir(folder)).filter((name) => files.some((file) => name.startsWith(file)));
}
