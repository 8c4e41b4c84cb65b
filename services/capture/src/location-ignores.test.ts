import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordId } from '@shoal/core';
import { userMetadataId } from '@shoal/models';
import { silentLog } from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Locations, openLocations } from './locations.ts';
import { applyTag } from './tagging.ts';
import { openTwoDevices, type TestDevice, type TwoDevices } from './testing/two-devices.ts';

/** A folder that A indexes with a real watcher, and B, which is given what A ships. */
const within = { timeout: 20_000, interval: 10 };
const secret = Buffer.alloc(32);
const nothing = { add: [], remove: [] };
let devices: TwoDevices;
let a: TestDevice;
let b: TestDevice;
let locations: Locations;
let root: string;

const open = () =>
  openLocations({ library: a.library, secret, home: join(devices.folder, 'home'), log: silentLog() });

beforeEach(async () => {
  devices = await openTwoDevices();
  ({ a, b } = devices);
  root = join(devices.folder, 'pictures');
  for (const path of ['trip/day', 'raw', '.git']) mkdirSync(join(root, path), { recursive: true });
  for (const path of ['a.jpg', 'a.tmp', 'raw/b.raw', 'trip/c.jpg', 'trip/day/d.raw', '.git/HEAD']) {
    writeFileSync(join(root, path), path);
  }
  locations = await open();
});

afterEach(async () => {
  await locations.stop();
  devices[Symbol.dispose]();
});

const names = (device: TestDevice) =>
  device
    .records('entry')
    .map(({ name }) => String(name))
    .filter((name) => name !== 'pictures')
    .sort();
const entryId = (name: string) => a.records('entry').find((entry) => entry.name === name)!.uuid as RecordId;
const recordOn = (device: TestDevice) => device.records('location')[0]!;

test('what is left out goes from the index of all devices, what is not any more comes, and the record says so', async () => {
  const id = await locations.add(root, '');
  await locations.rescan(id);
  await devices.ship();
  const all = ['a.jpg', 'b.raw', 'c.jpg', 'd.raw', 'day', 'raw', 'trip'];
  expect([names(a), names(b)]).toEqual([all, all]);

  const change = { add: ['*.raw', '/raw/'], remove: [] };
  expect(await locations.changeIgnores(id, change)).toEqual({
    isDefault: true,
    patterns: ['*.raw', '/raw/'],
  });
  await expect.poll(() => names(a), within).toEqual(['a.jpg', 'c.jpg', 'day', 'trip']);
  await devices.ship();
  expect(names(b)).toEqual(names(a));
  expect(recordOn(b)).toMatchObject({ ignore_patterns: '*.raw\n/raw/', default_ignores: true });

  await locations.changeIgnores(id, { add: [], remove: ['*.raw', '/raw/'], isDefault: false });
  await expect.poll(() => names(a), within).toEqual(['.git', 'HEAD', 'a.jpg', 'a.tmp', ...all.slice(1)]);
  await devices.ship();
  expect([...b.reader.dump()]).toEqual([...a.reader.dump()]);
  expect(recordOn(b)).toMatchObject({ ignore_patterns: '', default_ignores: false });
});

test('what was said of a file that is left out goes its way as that of a deleted one; what was said of its content stays', async () => {
  const id = await locations.add(root, '');
  await locations.rescan(id);
  const tag = '018f0000-0000-7000-8000-0000000000bb' as RecordId;
  await a.put('tag', tag, { canonical_name: 'best' });
  const entry = entryId('d.raw');
  const content = a.records('entry').find(({ name }) => name === 'd.raw')!.content as RecordId;
  await applyTag(a.library, secret, tag, [{ kind: 'entry', id: entry }]);
  await applyTag(a.library, secret, tag, [{ kind: 'content', id: content }]);
  const metadata = () => a.records('user_metadata').map(({ uuid }) => uuid);
  expect(metadata()).toContain(userMetadataId(secret, entry));

  await locations.changeIgnores(id, { add: ['*.raw'], remove: [] });
  await expect.poll(() => names(a), within).not.toContain('d.raw');
  // Hidden with what it hung on, until the device takes it away (DEP-3).
  expect(metadata()).toEqual([userMetadataId(secret, content)]);
  await locations.changeIgnores(id, { add: [], remove: ['*.raw'] });
  await expect.poll(() => names(a), within).toContain('d.raw');
  expect(a.records('entry').find(({ name }) => name === 'd.raw')!.content).toBe(content);
  expect(metadata()).toEqual([userMetadataId(secret, content)]);
});

test('a location can begin with patterns, and counts what they leave out', async () => {
  const id = await locations.add(root, '', { isDefault: true, patterns: ['/trip/'] });
  await locations.rescan(id);
  expect(names(a)).toEqual(['a.jpg', 'b.raw', 'raw']);
  expect(locations.status()).toMatchObject([
    { id, state: 'watching', entries: 4, skipped: { ignored: 3 }, error: null },
  ]);
});

test('rules that change while the device is off hold from its next start', async () => {
  const id = await locations.add(root, '');
  await locations.rescan(id);
  await locations.stop();
  await a.put('location', id, { ignore_patterns: 'trip\n# a comment\n\n' });
  locations = await open();
  await expect.poll(() => names(a), within).toEqual(['a.jpg', 'b.raw', 'raw']);
});

test('what another program writes into the record is followed', async () => {
  const id = await locations.add(root, '');
  await locations.rescan(id);
  await a.put('location', id, { ignore_patterns: '*.jpg', default_ignores: false });
  const left = ['.git', 'HEAD', 'a.tmp', 'b.raw', 'd.raw', 'day', 'raw', 'trip'];
  await expect.poll(() => names(a), within).toEqual(left);
});

test('a record whose patterns mean nothing changes nothing, says why, and is mended by the next change', async () => {
  const id = await locations.add(root, '', { isDefault: true, patterns: ['/trip/'] });
  await locations.rescan(id);
  await a.put('location', id, { ignore_patterns: '/trip/\nbad\\' });
  const error = () => locations.status()[0]!.error;
  await expect.poll(error, within).toContain('"bad\\\\"');
  await locations.rescan(id);
  expect(names(a)).toEqual(['a.jpg', 'b.raw', 'raw']);

  // Nor is it indexed without them after a start.
  await locations.stop();
  writeFileSync(join(root, 'late.jpg'), 'late');
  locations = await open();
  expect(locations.status()).toMatchObject([{ state: 'failed', error: error() }]);
  await expect(locations.rescan(id)).rejects.toMatchObject({ code: 'invalid-argument' });
  expect(await locations.changeIgnores(id, { add: [], remove: ['bad\\'] })).toMatchObject({
    patterns: ['/trip/'],
  });
  await expect.poll(() => names(a), within).toEqual(['a.jpg', 'b.raw', 'late.jpg', 'raw']);
  expect(error()).toBeNull();
});

test('a change that is refused leaves the record as it was, and one that changes nothing writes nothing', async () => {
  const id = await locations.add(root, '', { isDefault: true, patterns: ['*.raw'] });
  await locations.rescan(id);
  await locations.stop();
  const before = recordOn(a);
  await devices.ship();
  await expect(locations.changeIgnores(id, { add: ['fine', 'a\\'], remove: [] })).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('"a\\\\"'),
  });
  await expect(locations.changeIgnores(id, { add: [], remove: ['other'] })).rejects.toMatchObject({
    code: 'not-found',
  });
  const same = { add: ['*.raw'], remove: [], isDefault: true };
  expect(await locations.changeIgnores(id, same)).toEqual({ isDefault: true, patterns: ['*.raw'] });
  expect(await locations.changeIgnores(id, nothing)).toMatchObject({ patterns: ['*.raw'] });
  expect(recordOn(a)).toEqual(before);
  expect(await devices.ship()).toEqual([]);
});

test('changes that are asked for at once all hold', async () => {
  const id = await locations.add(root, '');
  const added = Array.from({ length: 8 }, (_, index) => `/p${index}`);
  await Promise.all(added.map((pattern) => locations.changeIgnores(id, { add: [pattern], remove: [] })));
  const { patterns } = await locations.changeIgnores(id, nothing);
  expect(patterns.toSorted()).toEqual(added);
});

test('a location with a pattern that none may have is not added, nor is one changed that is of no device here', async () => {
  const wrong = { isDefault: true, patterns: ['#'] };
  await expect(locations.add(root, '', wrong)).rejects.toMatchObject({ code: 'invalid-argument' });
  expect(a.records('location')).toEqual([]);
  const foreign = '018f0000-0000-7000-8000-0000000000cc' as RecordId;
  await expect(locations.changeIgnores(foreign, nothing)).rejects.toMatchObject({ code: 'not-found' });
});
