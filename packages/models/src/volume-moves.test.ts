import { type RecordId, withClaim } from '@shoal/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newId, type ShippedEntry, secret, type TestDevice, testDevice } from './testing/library-on-disk.ts';
import { recompute } from './testing/recompute.ts';
import { volumeId } from './volume.ts';
import { volumeHolderId } from './volume-holder.ts';

const [holder, volume] = [volumeHolderId(secret, 'disk'), volumeId(secret, 'disk')];
const [place, root, photo, film, note] = [newId(), newId(), newId(), newId(), newId()];

async function devices(count: number): Promise<TestDevice[]> {
  const all = await Promise.all(Array.from({ length: count }, (_, at) => testDevice(at + 1)));
  onTestFinished(() => all.forEach((device) => void device.close()));
  const known = (await Promise.all(all.map((device) => device.drain()))).flat();
  for (const device of all) await device.apply(known);
  return all;
}

async function claim(device: TestDevice): Promise<void> {
  const claims = device.fields('volume_holder', holder)?.claims ?? '[]';
  await device.put('volume_holder', holder, { claims: withClaim(claims, device.id) });
}

async function file(device: TestDevice, id: RecordId, name: string, parent: RecordId | null = root) {
  await device.put('entry', id, {
    name,
    kind: parent === null ? 'directory' : 'file',
    location: place,
    parent,
  });
}

/** A plugs in a disk with two files, and everybody hears of it. */
async function plugged(count: number): Promise<TestDevice[]> {
  const all = await devices(count);
  const [a] = all as [TestDevice];
  await claim(a);
  await a.put('volume', volume, { name: 'disk', holder, total_capacity: 1_000 });
  const location = { name: 'photos', path: '/a', device: a.id, volume, volume_holder: holder };
  await a.put('location', place, location);
  await file(a, root, 'photos', null);
  await file(a, photo, 'photo');
  await file(a, film, 'film');
  const shipped = await a.drain();
  for (const device of all) await device.apply(shipped);
  return all;
}

/** The disk is plugged in elsewhere: claimed, and found to be as it was. */
async function takeOver(device: TestDevice, path: string, ...found: readonly RecordId[]): Promise<void> {
  await claim(device);
  await device.put('volume', volume, {});
  await device.put('location', place, { device: device.id, path });
  for (const id of found) await device.put('entry', id, {});
}

function orders<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, at) => orders(all.toSpliced(at, 1)).map((others) => [one, ...others]));
}

const name = (device: TestDevice, id: RecordId) => device.fields('entry', id)?.name;

describe('a volume that is plugged in elsewhere', () => {
  test('[MRG-5] [S1-03] is the new holder’s, with its locations and entries, and no other device may write them', async () => {
    const [a, b] = (await plugged(2)) as [TestDevice, TestDevice];
    const refused = { code: 'not-owner', subject: { device: a.id } };
    await expect(b.put('location', place, { path: '/b' })).rejects.toMatchObject(refused);
    await expect(file(b, note, 'note')).rejects.toMatchObject(refused);
    await takeOver(b, '/b', photo);
    expect(b.fields('location', place)).toMatchObject({ path: '/b', device: b.id });
    await file(b, note, 'note');
    await a.apply(await b.drain());
    expect(a.dump()).toEqual(b.dump());
    await expect(a.remove('entry', film)).rejects.toMatchObject({
      code: 'not-owner',
      subject: { device: b.id },
    });
    await expect(a.put('volume', volume, { name: 'mine' })).rejects.toMatchObject({ code: 'not-owner' });
  });

  test('[MRG-5] [ING-1] a former holder that goes on writing takes nothing from the new one, in every order', async () => {
    const all = (await plugged(8)) as TestDevice[];
    const [a, b, ...others] = all as [TestDevice, TestDevice, ...TestDevice[]];
    const parts: (readonly ShippedEntry[])[] = [];
    await takeOver(b, '/b', root, photo, film);
    parts.push(await b.drain());
    await a.put('entry', photo, { name: 'late' });
    await a.put('volume', volume, { name: 'still mine' });
    parts.push(await a.drain());
    await a.remove('entry', film);
    await file(a, note, 'note');
    parts.push(await a.drain());
    for (const [at, order] of orders(parts).entries()) {
      for (const entries of order) await others[at]!.apply(entries);
    }
    await a.apply(parts[0]!);
    for (const entries of parts.slice(1)) await b.apply(entries);
    for (const device of all) expect(device.dump()).toEqual(b.dump());
    expect([photo, film, note].map((id) => name(a, id))).toEqual(['photo', 'film', 'note']);
    expect(a.fields('volume', volume)).toMatchObject({ name: 'disk' });
    const open = (device: TestDevice) =>
      device.reader.conflicts
        .list({ model: null, record: null, isOpen: true }, { after: null, limit: 100 })
        .map(({ ref, conflict }) => [ref.id, conflict.kind]);
    expect(open(others[0]!).sort()).toEqual([film, photo, volume].map((id) => [id, 'owner-changed']).sort());
    for (const device of all) expect(open(device).sort()).toEqual(open(others[0]!).sort());
    // What the comparison does not find on the disk, its holder deletes, whoever made it.
    await b.remove('entry', note);
    await a.apply(await b.drain());
    expect(name(a, note)).toBeUndefined();
  });

  test('[MRG-5] two that claim it at once agree on the later one, in every order; the other gives way', async () => {
    const all = await plugged(9);
    const [a, b, c, ...others] = all as [TestDevice, TestDevice, TestDevice, ...TestDevice[]];
    await takeOver(b, '/b', photo);
    await takeOver(c, '/c', photo, film);
    await b.put('entry', photo, { name: 'by b' });
    await c.put('entry', photo, { name: 'by c' });
    const parts = [await b.drain(), await c.drain()];
    await a.put('entry', film, { name: 'late' });
    parts.push(await a.drain());
    for (const [at, order] of orders(parts).entries()) {
      for (const entries of order.toReversed()) await others[at]!.apply(entries);
    }
    for (const device of [a, b, c]) for (const entries of parts) await device.apply(entries);
    const states = [holder, volume, place, root, photo, film].map((id, at) => {
      const model = ['volume_holder', 'volume', 'location', 'entry', 'entry', 'entry'][at]!;
      return { ref: { model, id }, state: c.state(model, id) };
    });
    const members = all.map(({ id }) => ({
      ref: { model: 'device', id },
      state: c.state('device', id as never),
    }));
    const expected = recompute([...members, ...states] as never);
    for (const device of all) {
      expect(device.dump().sort()).toEqual(expected.dump);
      expect([photo, film].map((id) => name(device, id))).toEqual(['by c', 'film']);
      expect(device.fields('location', place)).toMatchObject({ path: '/c', device: c.id });
    }
    await expect(b.put('entry', photo, { name: 'no' })).rejects.toMatchObject({ subject: { device: c.id } });
    await takeOver(b, '/b');
    await c.apply(await b.drain());
    await expect(c.put('entry', photo, { name: 'no' })).rejects.toMatchObject({ subject: { device: b.id } });
  });

  test('[MRG-5] what is written under a claim waits for the claim, and is shown as soon as it comes', async () => {
    const [, b, c] = (await plugged(3)) as [TestDevice, TestDevice, TestDevice];
    await claim(b);
    const claims = await b.drain();
    await file(b, note, 'note');
    await c.apply(await b.drain());
    expect(name(c, note)).toBeUndefined();
    expect(c.library.cursor.parked()).toMatchObject([{ reason: 'refused' }]);
    await c.apply(claims);
    expect(name(c, note)).toBe('note');
  });
});
