import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { memoryNetwork } from '@shoal/bus';
import type { RecordId } from '@shoal/core';
import { freshRecordId } from '@shoal/library';
import { tempFolder, until } from '@shoal/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type MemoryDevice, memoryDevice } from './memory-device.ts';

/**
 * The hazard: the disk changes bytes of a sync.db while nobody looks. What it held may be nowhere else in any log, and
 * what it claims is not there (LOG-1). The method: real files and the machines of all services in one process; bytes are
 * changed while the device is off.
 */
async function devicesOf(count: number): Promise<MemoryDevice[]> {
  const network = memoryNetwork();
  const folders = await Promise.all(Array.from({ length: count }, () => tempFolder('damaged-log')));
  const devices = folders.map(({ path }, at) => memoryDevice(network, path, at + 1));
  onTestFinished(async () => {
    for (const device of devices) await device.stop().catch(() => undefined);
    for (const folder of folders) await folder.remove();
  });
  return devices;
}

const settled = (...devices: readonly MemoryDevice[]) =>
  until(
    'the devices are quiet and equal',
    () => {
      if (!devices.every((device) => device.isQuiet())) return undefined;
      const dumps = devices.map((device) => device.dump().join('\n'));
      return new Set(dumps).size === 1 ? dumps[0] : undefined;
    },
    { deadlineMs: 40_000, pollMs: 20 },
  );

async function writeTags(device: MemoryDevice, count: number): Promise<RecordId[]> {
  const tags = Array.from({ length: count }, () => freshRecordId(Date.now()));
  for (const tag of tags) await device.put(tag, { canonical_name: tag });
  return tags;
}

/** A bit of an entry's sealed payload; where it stood is answered. */
async function damageEntry(device: MemoryDevice): Promise<{ place: string; sealed: string }> {
  const [place, sealed] = [...device.places()][3]!;
  await device.stop();
  const path = device.path('sync.db');
  const bytes = readFileSync(path);
  bytes[bytes.indexOf(Buffer.from(sealed, 'hex')) + 30]! ^= 1;
  writeFileSync(path, bytes);
  return { place, sealed };
}

/** Half of the file is gone. */
async function damageFile(device: MemoryDevice): Promise<void> {
  await device.stop();
  const path = device.path('sync.db');
  truncateSync(path, Math.floor(readFileSync(path).length / 2));
}

const asideOf = (device: MemoryDevice) =>
  readdirSync(dirname(device.path('sync.db'))).filter((name) => name.includes('.damaged-'));

describe('a damaged log', () => {
  test('[LOG-1] an entry that a peer has comes back from it, in its place', async () => {
    const [a, b] = (await devicesOf(2)) as [MemoryDevice, MemoryDevice];
    await a.start();
    await b.start();
    await writeTags(a, 8);
    const dump = await settled(a, b);
    for (const device of [a, b]) {
      const { place, sealed } = await damageEntry(device);
      await device.start();
      await until('it is there again', () => device.places().get(place) === sealed);
      expect(await settled(a, b)).toBe(dump);
      expect([a.entries(), b.entries()]).toEqual([8, 8]);
    }
  });

  test('[LOG-1] [REP-6] what nobody else has is appended again by the library, and claimed: an entry, or half of the file', async () => {
    // Both alone: each waits out that nobody is heard, at the same time.
    const [[a, b], [c, d]] = [await devicesOf(2), await devicesOf(2)] as [MemoryDevice[], MemoryDevice[]];
    for (const device of [a!, c!]) {
      await device.start();
      await writeTags(device, 8);
      await settled(device);
    }
    const dumps = [a!, c!].map((device) => device.dump());
    await damageEntry(a!);
    await damageFile(c!);
    await Promise.all([a!.start(), c!.start()]);
    // Whoever reads the log meets the damage; what nobody reads waits for the reading in the background.
    expect(a!.places().size).toBe(7);
    await Promise.all([settled(a!), settled(c!)]);
    expect(a!.entries()).toBe(8);
    expect([asideOf(a!), asideOf(c!).length > 0]).toEqual([[], true]);
    await Promise.all([b!.start(), d!.start()]);
    await Promise.all([settled(a!, b!), settled(c!, d!)]);
    expect([b!, d!].map((device) => device.dump())).toEqual(dumps);
    await writeTags(a!, 1);
    await writeTags(c!, 1);
    await Promise.all([settled(a!, b!), settled(c!, d!)]);
    // All of what A claims B could take over at the end of a round: nothing is missing.
    expect(b!.entries()).toBe(a!.entries());
  }, 60_000);
});
