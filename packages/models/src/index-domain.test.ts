import type { RecordId, Value } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentIdentityId, models, userMetadataId, userMetadataTagId } from './index.ts';
import {
  newId,
  type ShippedEntry,
  secret,
  ship,
  type TestDevice,
  testDevice,
} from './testing/library-on-disk.ts';

/** The index of a device: written by its owner, read by everybody (MRG-5). */
const noon = 1_800_000_000_000;
const clock = { ms: noon };
let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  clock.ms = noon;
  a = await testDevice(1, () => clock.ms);
  b = await testDevice(2, () => noon);
  await ship(a, [b]);
  await ship(b, [a]);
});

afterEach(() => {
  a.close();
  b.close();
});

interface Index {
  readonly location: RecordId;
  readonly file: RecordId;
  /** By model: a record of A's index, and a field of it that another value would change. */
  readonly records: Readonly<Record<string, readonly [RecordId, Record<string, Value>]>>;
}

/** A's index: the device, a location, a folder and a file in it, and a tag on that file alone. */
async function makeIndex(): Promise<Index> {
  const [location, folder, file, tag] = [newId(), newId(), newId(), newId()];
  await a.put('location', location, { name: 'home', path: '/home/ann', device: a.id, total_file_count: 1 });
  await a.put('entry', folder, { name: 'ann', kind: 'directory', location });
  await a.put('location', location, { root_entry: folder });
  const content = contentIdentityId(secret, 'aa');
  await a.put('content_identity', content, { content_hash: 'aa', byte_size: 3 });
  await a.put('entry', file, { name: 'one.txt', kind: 'file', location, parent: folder, content, size: 3 });
  const metadata = userMetadataId(secret, file);
  await a.put('user_metadata', metadata, { entry: file, favorite: true });
  await a.put('tag', tag, { canonical_name: 'mine' });
  const application = userMetadataTagId(secret, metadata, tag);
  await a.put('user_metadata_tag', application, { user_metadata: metadata, tag });
  const records = {
    device: [a.id as unknown as RecordId, { name: 'not mine' }],
    location: [location, { name: 'not mine' }],
    entry: [file, { name: 'not mine' }],
    user_metadata: [metadata, { favorite: false }],
    user_metadata_tag: [application, { context: 'not mine' }],
  } as const;
  return { location, file, records };
}

describe('the index of a device', () => {
  test('[S1-02] is on the others with folders, paths, tags of files and figures of locations', async () => {
    const { location, file, records } = await makeIndex();
    await ship(a, [b]);
    expect(b.dump()).toEqual(a.dump());
    const folder = b.fields('location', location)!.root_entry;
    expect(b.fields('location', location)).toMatchObject({ path: '/home/ann', total_file_count: 1 });
    expect(b.fields('entry', file)).toMatchObject({ name: 'one.txt', parent: folder, size: 3 });
    const [application] = records.user_metadata_tag!;
    const { user_metadata, tag } = b.fields('user_metadata_tag', application)!;
    expect(b.fields('user_metadata', user_metadata as RecordId)).toMatchObject({ entry: file });
    expect(b.fields('tag', tag as RecordId)).toMatchObject({ canonical_name: 'mine' });
  });

  test('[S1-02] [MRG-5] is there to be read: each write and delete of another device is refused by the owner’s name', async () => {
    const { location, records } = await makeIndex();
    await ship(a, [b]);
    const before = b.dump();
    for (const [model, [id, fields]] of Object.entries(records)) {
      const refused = { code: 'not-owner', subject: { device: a.id } };
      await expect(b.put(model, id, fields), model).rejects.toMatchObject(refused);
      await expect(b.remove(model, id), model).rejects.toMatchObject(refused);
    }
    const added = b.put('entry', newId(), { name: 'not mine', kind: 'file', location });
    await expect(added).rejects.toMatchObject({ code: 'not-owner' });
    expect(b.dump()).toEqual(before);
    expect(b.library.outboxCount()).toBe(0);
  });

  test('[S3-28] [MRG-5] refuses by errors that name the model, the record and the device', async () => {
    const { location, file } = await makeIndex();
    await ship(a, [b]);
    const owned = { model: 'entry', record: file, device: a.id };
    await expect(b.put('entry', file, { name: 'x' })).rejects.toMatchObject({ subject: owned });
    const lost = newId();
    const missing = { model: 'entry', record: lost, field: 'parent' };
    const hanging = a.put('entry', lost, { name: 'x', kind: 'file', location, parent: newId() });
    await expect(hanging).rejects.toMatchObject({ code: 'missing-reference', subject: missing });
    const large = a.put('entry', file, { name: 'x'.repeat(300_000) });
    await expect(large).rejects.toMatchObject({
      code: 'payload-too-large',
      subject: { model: 'entry', record: file, field: 'name' },
    });
    const damaged = await (async () => {
      await a.put('entry', file, { name: 'y' });
      const [entry] = await a.drain();
      return b.apply([{ ...entry!, sealed: Buffer.alloc(0) }]);
    })();
    const [{ error }] = damaged.quarantined as [(typeof damaged.quarantined)[number]];
    expect(error.subject).toMatchObject({ model: 'entry', record: file, device: a.id });
  });

  test('[S1-03] [MRG-5] shows what its owner wrote beside entries of another device, and what the owner writes next in any case', async () => {
    const { location, records } = await makeIndex();
    const alone = newId();
    await a.put('entry', alone, { name: 'two.txt', kind: 'file', location });
    await a.put('device', a.id as never, { os: 'test' });
    const index = await a.drain();
    // A device whose program lets everybody write everything.
    const careless = models.map((model) => ({
      ...model,
      columns: model.columns,
      localColumns: model.localColumns,
      spec: { ...model.spec, ownership: { kind: 'shared' as const } },
    }));
    const c = await testDevice(3, () => noon, { models: careless });
    await ship(c, [a, b]);
    for (const device of [b, c]) await device.apply(index);
    const before = b.dump();
    const nothing = '';
    const forgedModels = ['device', 'location', 'entry'];
    for (const model of forgedModels) await c.put(model, ...records[model]!, nothing);
    await c.put('entry', newId(), { name: 'not mine', kind: 'file', location });
    const forged: ShippedEntry[] = [...(await c.drain())];
    await c.remove('entry', alone, nothing);
    forged.push(...(await c.drain()));
    expect(forged).toHaveLength(forgedModels.length + 2);
    for (const device of [a, b]) {
      await device.apply(forged);
      expect(device.dump()).toEqual(before);
    }
    // An entry that says it has seen the owner's value takes that away, for whoever trusts it; it shows none of its own.
    await c.put('location', location, { name: 'forged' });
    await b.apply(await c.drain());
    expect(b.dump().join()).not.toContain('forged');
    await a.put('location', location, { name: 'moved' });
    await ship(a, [b]);
    expect(b.fields('location', location)).toMatchObject({ name: 'moved' });
    c.close();
  });

  test('[S3-02] [MRG-1] follows the order in which its owner wrote, whatever the owner’s clock showed', async () => {
    const { location } = await makeIndex();
    await ship(a, [b]);
    const written: (readonly ShippedEntry[])[] = [];
    for (const [ms, name] of [
      [noon + 1e12, 'from the future'],
      [noon - 1e12, 'from the past'],
      [0, 'last'],
    ] as const) {
      clock.ms = ms;
      // Another opening each time, as after a restart: what it has seen is what it found.
      a.reopen();
      await a.put('location', location, { name });
      written.push(await a.drain());
    }
    const c = await testDevice(3);
    await c.apply(await everything());
    for (const device of [b, c]) {
      for (const entries of device === b ? written : [...written].reverse()) await device.apply(entries);
      expect(device.fields('location', location)).toMatchObject({ name: 'last' });
    }
    c.close();
  });

  /** All that A has, as a device that joins is given it. */
  async function everything(): Promise<readonly ShippedEntry[]> {
    const { entries } = a.library.readRecords(null, 1_000);
    return entries;
  }
});
