import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogId, RecordId } from '@shoal/core';
import { volumeId } from '@shoal/models';
import { silentLog } from '@shoal/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Locations, openLocations } from '../locations.ts';
import { openTwoDevices, type TestDevice, type TwoDevices } from '../testing/two-devices.ts';
import type { Disks } from './disks.ts';

/** A disk that is a folder: mounted at one of two places, by a mount table of the test's own. */
const secret = Buffer.alloc(32);
const uuid = '1234-ABCD';
const within = { timeout: 20_000, interval: 10 };
let devices: TwoDevices;
let a: TestDevice;
let b: TestDevice;
let onA: Locations;
let onB: Locations;
let mountedAt: { a: string | null; b: string | null };
let isRemovable: boolean;
const places = () => ({ a: join(devices.folder, 'of-a', 'disk'), b: join(devices.folder, 'of-b', 'stick') });

const disksOf = (device: 'a' | 'b'): Disks => ({
  mounts: () => {
    const root = { mountPoint: '/', source: 'overlay', fsType: 'overlay', device: '0:1' };
    const at = mountedAt[device];
    const disk = { mountPoint: at ?? '', source: '/dev/sdb1', fsType: 'ext4', device: '8:17' };
    return Promise.resolve(at === null ? [root] : [root, disk]);
  },
  uuidOf: (source) => Promise.resolve(source === '/dev/sdb1' ? uuid : null),
  isRemovable: () => Promise.resolve(isRemovable),
  space: () => Promise.resolve({ total: 64_000_000_000, available: 1_000 }),
});

beforeEach(async () => {
  devices = await openTwoDevices();
  ({ a, b } = devices);
  isRemovable = true;
  const { a: at } = places();
  mkdirSync(join(at, 'photos', 'trip'), { recursive: true });
  mkdirSync(join(devices.folder, 'of-b'));
  for (const path of ['beach.jpg', 'trip/hill.jpg']) writeFileSync(join(at, 'photos', path), path);
  mountedAt = { a: at, b: null };
  await b.put('device', b.library.options.device as string as RecordId, { name: 'b', slug: 'b' });
  const open = (device: TestDevice, name: 'a' | 'b') => {
    const home = join(devices.folder, `home-${name}`);
    return openLocations({ library: device.library, secret, home, disks: disksOf(name), log: silentLog() });
  };
  onA = await open(a, 'a');
  onB = await open(b, 'b');
  await exchange();
});

afterEach(async () => {
  await onA.stop();
  await onB.stop();
  devices[Symbol.dispose]();
});

const seqs = new WeakMap<TestDevice, number>();

async function carry(from: TestDevice, to: TestDevice): Promise<void> {
  const { entries, rows } = from.library.readOutbox(1_000);
  await from.library.clearOutbox(rows);
  const first = (seqs.get(to) ?? 0) + 1;
  seqs.set(to, first + entries.length - 1);
  await to.library.apply(
    entries.map((entry, index) => ({ seq: first + index, entry })),
    { logId: 'test' as LogId, appliedSeq: seqs.get(to)!, appliedEntries: seqs.get(to)! },
  );
}

async function exchange(): Promise<void> {
  await carry(a, b);
  await carry(b, a);
}

/** The disk goes from A to B, where it is mounted under another name. */
function plugIntoB(): void {
  renameSync(places().a, places().b);
  mountedAt = { a: null, b: places().b };
}

const entries = (device: TestDevice) =>
  Object.fromEntries(device.records('entry').map(({ name, uuid }) => [name, uuid]));
const devicesOf = () => [a, b].map(({ library }) => library.options.device);
const movable = () => volumeId(secret, `uuid ${uuid}`);

describe('a location on a disk that can be plugged in elsewhere', () => {
  test('[S3-15] [S0-26] notes its volume and who holds it; its UUID and where it is mounted stay here', async () => {
    await onA.add(join(places().a, 'photos'), '');
    const [volume] = await onA.volumes();
    expect(volume).toMatchObject({
      ...{ id: movable(), name: 'disk', totalCapacity: 64_000_000_000, isMovable: true },
      holder: { device: devicesOf()[0], epoch: 1 },
      mounted: { mountPoint: places().a, availableSpace: 1_000 },
    });
    const locals = 'select fingerprint, mount_point, available_space, mounted from volumes';
    const local = (device: TestDevice) => device.library.store.db.prepare(locals).get();
    const here = { mount_point: places().a, available_space: 1_000, mounted: 1, fingerprint: `uuid ${uuid}` };
    expect(local(a)).toEqual(here);
    await exchange();
    expect(local(b)).toEqual({ fingerprint: null, mount_point: null, available_space: null, mounted: 0 });
    expect(await onB.volumes()).toMatchObject([
      { holder: { device: devicesOf()[0] }, mounted: null, isMovable: null },
    ]);
    expect(b.records('location')).toMatchObject([{ volume: movable() }]);
  });

  test('[MRG-5] [S1-03] goes along when it is claimed there: its entries stay what they were, and only the new holder writes them', async () => {
    const id = await onA.add(join(places().a, 'photos'), '');
    await onA.rescan(id);
    await exchange();
    const before = entries(a);
    expect(entries(b)).toEqual(before);
    plugIntoB();

    await expect(onB.add(join(places().b, 'photos'), '')).rejects.toMatchObject({
      ...{ code: 'not-owner', subject: { device: devicesOf()[0] } },
      message: expect.stringContaining(`shoal volume claim ${movable()}`),
    });
    expect(await onB.claimVolume(movable())).toEqual([id]);
    await onB.rescan(id);
    expect(entries(b)).toEqual(before);
    const root = join(places().b, 'photos');
    expect(b.records('location')).toMatchObject([{ uuid: id, path: root, device: devicesOf()[1] }]);
    writeFileSync(join(root, 'new.jpg'), 'new');
    await expect.poll(() => Object.keys(entries(b)), within).toContain('new.jpg');
    await exchange();
    expect(entries(a)).toEqual(entries(b));
    await expect(a.put('entry', before['beach.jpg'] as RecordId, { name: 'no' })).rejects.toMatchObject({
      ...{ code: 'not-owner', subject: { device: devicesOf()[1] } },
    });
    await expect.poll(() => onA.status(), within).toEqual([]);
    expect(await onA.volumes()).toMatchObject([
      { holder: { device: devicesOf()[1], epoch: 2 }, mounted: null },
    ]);
  });

  test('[MRG-5] what the former holder still wrote is not shown once it is taken over, and deletes nothing', async () => {
    const id = await onA.add(join(places().a, 'photos'), '');
    await onA.rescan(id);
    await exchange();
    const before = entries(a);
    plugIntoB();
    await a.put('entry', before['beach.jpg'] as RecordId, { name: 'late.jpg' });
    await a.library.write([
      { kind: 'delete', ref: { model: 'entry', id: before['hill.jpg'] } as never, seen: null },
    ]);
    await onB.claimVolume(movable());
    await onB.rescan(id);
    await exchange();
    await exchange();
    for (const device of [a, b]) expect(entries(device)).toEqual(before);
  });

  test('[MRG-5] is claimed only where it is plugged in, and only if the library has it; twice is once', async () => {
    const claiming = (by: Locations, id: RecordId) => by.claimVolume(id);
    await expect(claiming(onA, movable())).rejects.toMatchObject({
      code: 'not-found',
      subject: { field: 'volume_id' },
    });
    await onA.add(join(places().a, 'photos'), '');
    await exchange();
    await expect(claiming(onB, movable())).rejects.toMatchObject({
      ...{ code: 'not-found', message: expect.stringContaining('not plugged in here') },
    });
    await claiming(onA, movable());
    expect(await onA.volumes()).toMatchObject([{ holder: { epoch: 1 } }]);
  });

  test('[MRG-5] of which only a folder of the same name is there is looked for by the end of its path, else at the mount point', async () => {
    const photos = await onA.add(join(places().a, 'photos'), '');
    const whole = await onA.add(places().a, 'whole');
    await exchange();
    plugIntoB();
    await onB.claimVolume(movable());
    const pathOf = (id: RecordId) => b.records('location').find(({ uuid }) => uuid === id)!.path;
    expect([pathOf(photos), pathOf(whole)]).toEqual([join(places().b, 'photos'), places().b]);
  });
});

describe('a disk that stays where it is', () => {
  test('[MRG-5] is another volume for each device that has locations on it, and takes nothing from the other', async () => {
    isRemovable = false;
    mountedAt = { a: places().a, b: places().a };
    const one = await onA.add(join(places().a, 'photos'), 'of a');
    const other = await onB.add(join(places().a, 'photos', 'trip'), 'of b');
    await exchange();
    const holders = (await onA.volumes()).map(({ holder }) => holder?.device);
    expect(holders.sort()).toEqual(devicesOf());
    for (const device of [a, b]) {
      expect(
        device
          .records('location')
          .map(({ uuid, volume_holder: by }) => [uuid, by])
          .sort(),
      ).toEqual(
        [
          [one, null],
          [other, null],
        ].sort(),
      );
    }
    await onB.rescan(other);
    await exchange();
    expect(Object.keys(entries(a))).toContain('hill.jpg');
  });

  test('a folder of which the system tells nothing lies on no volume', async () => {
    await onA.stop();
    const disks = { ...disksOf('a'), mounts: () => Promise.resolve([]) };
    onA = await openLocations({
      library: a.library,
      secret,
      home: join(devices.folder, 'h'),
      disks,
      log: silentLog(),
    });
    await onA.add(join(places().a, 'photos'), '');
    expect(a.records('location')).toMatchObject([{ volume: null }]);
    expect(await onA.volumes()).toEqual([]);
  });
});
