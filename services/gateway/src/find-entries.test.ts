import type { RecordId } from '@shoal/core';
import { uuidFromBytes } from '@shoal/proto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GatewayFixture, gatewayFixture } from './gateway-fixture.ts';

let gateway: GatewayFixture;
let pics: RecordId;
let sub: RecordId;

/** A location `/pics`, within it another, `/pics/sub`, and one of another device at `/theirs`. */
beforeEach(async () => {
  gateway = await gatewayFixture();
  const own = gateway.home.config.deviceId;
  await gateway.put('device', { name: 'lamp', slug: 'lamp' }, own as string as RecordId);
  pics = await gateway.put('location', { name: 'pics', path: '/pics', device: own });
  sub = await gateway.put('location', { name: 'sub', path: '/pics/sub', device: own });
});
afterEach(() => gateway.close());

async function entry(location: RecordId, parent: RecordId | null, name: string): Promise<RecordId> {
  const kind = name.includes('.') ? 'file' : 'directory';
  const id = await gateway.put('entry', { location, parent, name, kind });
  if (parent === null) await gateway.put('location', { root_entry: id }, location);
  return id;
}

async function find(...paths: string[]) {
  const { entries } = await gateway.handlers.findEntries({ libraryId: gateway.libraryId, paths });
  const idOf = (bytes: Uint8Array) => (bytes.length === 0 ? null : uuidFromBytes<RecordId>(bytes, 'id'));
  return entries.map(({ entryId, locationId }) => [idOf(entryId), idOf(locationId)]);
}

test('a file is found by its path, at its place and at no other of that name, in the order asked', async () => {
  const root = await entry(pics, null, 'pics');
  const deep = await entry(pics, root, 'deep');
  const [above, below] = [await entry(pics, root, 'a.txt'), await entry(pics, deep, 'a.txt')];
  expect(await find('/pics/deep/a.txt', '/pics/a.txt', '/pics', '/pics/deep')).toEqual([
    [below, pics],
    [above, pics],
    [root, pics],
    [deep, pics],
  ]);
});

test('of locations within each other the inner one counts', async () => {
  const root = await entry(pics, null, 'pics');
  const shadowed = await entry(pics, root, 'sub');
  await entry(pics, shadowed, 'a.txt');
  const inner = await entry(sub, null, 'sub');
  const file = await entry(sub, inner, 'a.txt');
  expect(await find('/pics/sub/a.txt', '/pics/sub')).toEqual([
    [file, sub],
    [inner, sub],
  ]);
});

test('what lies in no location of this device, or is not indexed, is told apart', async () => {
  // Nothing is indexed yet: not even the root.
  expect(await find('/pics', '/pics/a.txt')).toEqual([
    [null, pics],
    [null, pics],
  ]);
  const root = await entry(pics, null, 'pics');
  await entry(pics, root, 'a.txt');
  expect(await find('/pics/b.txt', '/pics/none/a.txt', '/pics-and-more/a.txt', '/theirs')).toEqual([
    [null, pics],
    [null, pics],
    [null, null],
    [null, null],
  ]);
});

test('a path is looked up by indexes of the tables, however many entries there are', async () => {
  const { db } = gateway.library.store;
  const plan = (sql: string) =>
    db
      .prepare<[], { detail: string }>(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => detail);
  const child = plan(
    "select 1 from entries t where t.uuid is not null and t.parent_id = (select id from entries where uuid = 'x') and t.name = 'a' limit 1",
  );
  expect(child).toContainEqual(
    expect.stringMatching(/SEARCH t USING INDEX entries_parent \(parent_id=\? AND name=\?\)/),
  );
  expect(child.filter((line) => line.startsWith('SCAN'))).toEqual([]);
});
