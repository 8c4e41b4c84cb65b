import type { ModelName, RecordId, Value } from '@shoal/core';
import { formatVersion } from '@shoal/core';
import type { LocalWrite } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentIdentityId, userMetadataId } from './index.ts';
import {
  exchange,
  newId,
  type ShippedEntry,
  secret,
  ship,
  type TestDevice,
  twoDevices,
} from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  [a, b] = await twoDevices();
});

afterEach(() => {
  a.close();
  b.close();
});

const put = (model: string, id: RecordId, fields: Record<string, Value>): LocalWrite => ({
  kind: 'put',
  ref: { model: model as ModelName, id },
  fields: new Map(Object.entries(fields)),
  seen: null,
});

const clockOf = ({ library }: TestDevice) => library.store.db.prepare('select * from shoal_clock').get();
const kindsOf = async (of: TestDevice) => (await of.drain()).map(({ header }) => header.change);

/** A location of `a` with a root, and folders below it, each in the one before. */
async function tree(depth: number): Promise<{ location: RecordId; folders: RecordId[] }> {
  const location = newId();
  const folders = Array.from({ length: depth }, () => newId());
  await a.library.write([
    put('location', location, { name: 'home', path: '/home', device: a.id, root_entry: folders[0] ?? null }),
    ...folders.map((id, index) =>
      put('entry', id, {
        name: `folder ${index}`,
        kind: 'directory',
        location,
        parent: folders[index - 1] ?? null,
      }),
    ),
  ]);
  return { location, folders };
}

describe('a batch of writes', () => {
  test('[CHG-5] that fails at its last write changes nothing: no row, no state, nothing to ship, no tick', async () => {
    const [dump, clock] = [a.dump(), clockOf(a)];
    const good = newId();
    const writes = [
      put('tag', good, { canonical_name: 'x' }),
      put('tag', newId(), { canonical_name: 'y', created_by_device: newId() }),
    ];
    await expect(a.library.write(writes)).rejects.toMatchObject({ code: 'missing-reference' });
    expect(a.dump()).toEqual(dump);
    expect(clockOf(a)).toEqual(clock);
    expect(a.library.outboxCount()).toBe(0);
    expect(a.library.store.records.version({ model: 'tag' as ModelName, id: good })).toBeUndefined();
  });

  test('[CHG-5] of a transaction that is rolled back is forgotten, also by what remembers local keys', async () => {
    const id = newId();
    const failing = a.library.transaction(({ capture }) => {
      capture([put('tag', id, { canonical_name: 'x' })]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await a.put('tag', id, { canonical_name: 'y' });
    expect(a.fields('tag', id)).toMatchObject({ canonical_name: 'y' });
    await exchange(a, b);
    expect(b.dump()).toEqual(a.dump());
  });

  test('[CHG-5] that fails fails its transaction, also where the failure is caught', async () => {
    const dump = a.dump();
    const swallowing = a.library.transaction(({ capture }) => {
      capture([put('tag', newId(), { canonical_name: 'x' })]);
      try {
        capture([put('tag', newId(), { canonical_name: 'y', created_by_device: newId() })]);
      } catch {
        // As a careless caller would.
      }
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'missing-reference' });
    expect(a.dump()).toEqual(dump);
  });

  test('[MRG-1] has seen what it wrote itself: two writes on one read make no siblings', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'one' });
    const { version } = a.state('tag', id);
    const writes = ['two', 'three'].map((canonical_name) => ({
      ...put('tag', id, { canonical_name }),
      seen: version,
    }));
    await a.library.write(writes as LocalWrite[]);
    expect(a.state('tag', id).fields.get('canonical_name')).toMatchObject([{ value: 'three' }]);
  });

  test('[DEP-2] may make a record and what it refers to at once, in a circle of models too', async () => {
    const { location, folders } = await tree(2);
    expect(a.fields('location', location)).toMatchObject({ root_entry: folders[0] });
    await exchange(a, b);
    expect(b.dump()).toEqual(a.dump());
  });

  test('[SEC-5] is refused where it would leave a reference to what it deletes', async () => {
    const writes: LocalWrite[] = [
      { kind: 'delete', ref: { model: 'device' as ModelName, id: a.id as never }, seen: null },
      put('tag', newId(), { canonical_name: 'x', created_by_device: a.id }),
    ];
    await expect(a.library.write(writes)).rejects.toMatchObject({ code: 'missing-reference' });
  });

  test('[SEC-5] is refused where a record grows past what a log takes, little by little', async () => {
    const id = newId();
    const half = 'x'.repeat(250_000);
    await a.put('tag', id, { canonical_name: half });
    await a.put('tag', id, { display_name: half });
    await expect(a.put('tag', id, { namespace: half })).rejects.toMatchObject({
      code: 'payload-too-large',
      subject: { record: id },
    });
    await exchange(a, b);
    expect(b.dump()).toEqual(a.dump());
  });
});

describe('the kind of a change', () => {
  test('[S0-13] is insert, update or delete', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x' });
    expect(await kindsOf(a)).toEqual(['insert']);
    await a.put('tag', id, { canonical_name: 'y' });
    expect(await kindsOf(a)).toEqual(['update']);
    await a.remove('tag', id);
    expect(await kindsOf(a)).toEqual(['delete']);
    await a.replace('tag', id, { canonical_name: 'z' });
    expect(await kindsOf(a)).toEqual(['insert']);
  });

  test('[S0-13] of a record that nobody has heard of is insert, however often it was written since', async () => {
    const { location } = await tree(1);
    await a.put('location', location, { name: 'elsewhere' });
    expect(await kindsOf(a)).toEqual(['insert', 'insert']);
  });

  test('[S0-13] of a record that one batch deletes and brings back is update', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x' });
    await a.drain();
    const ref = { model: 'tag' as ModelName, id };
    await a.library.write([
      { kind: 'delete', ref, seen: null },
      { kind: 'replace', ref, fields: new Map([['canonical_name', 'y']]), seen: null },
    ]);
    expect(await kindsOf(a)).toEqual(['update']);
    expect(a.fields('tag', id)).toMatchObject({ canonical_name: 'y' });
  });

  test('[S0-22] [S1-44] is a detail of an upsert: what only updates makes what is not there, and what inserts keeps what is', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x' });
    await a.put('tag', id, { color: '#111' });
    const [insert, update] = (await a.drain()) as [ShippedEntry, ShippedEntry];
    expect([insert, update].map(({ header }) => header.change)).toEqual(['insert', 'update']);
    await b.apply([update]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'x', color: '#111' });
    await b.apply([insert]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'x', color: '#111' });
    // Two that make one derived record both insert; whoever comes second updates.
    const content = contentIdentityId(secret, 'abc');
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3, kind: 'image' });
    await b.put('content_identity', content, { content_hash: 'abc', byte_size: 3, mime_type: 'image/png' });
    await exchange(a, b);
    for (const device of [a, b])
      expect(device.fields('content_identity', content)).toMatchObject({
        kind: 'image',
        mime_type: 'image/png',
      });
  });

  test('[S0-14] a delete carries none of the fields that it replaced', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x' });
    await a.remove('tag', id);
    await ship(a, [b]);
    expect(b.state('tag', id)).toMatchObject({ fields: new Map(), deletes: [expect.any(String)] });
  });
});

describe('a reference that shows null', () => {
  async function nulled(): Promise<{ content: RecordId; entry: RecordId }> {
    const { location, folders } = await tree(1);
    const content = contentIdentityId(secret, 'abc');
    const entry = newId();
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await a.put('entry', entry, { name: 'f', kind: 'file', location, parent: folders[0]!, content });
    await exchange(a, b);
    await b.remove('content_identity', content);
    await exchange(a, b);
    expect(a.fields('entry', entry)).toMatchObject({ content: null });
    return { content, entry };
  }

  test('[MRG-3] [DEP-3] is not written as null by who gives back what the view shows', async () => {
    const { content, entry } = await nulled();
    await a.replace('entry', entry, { ...a.fields('entry', entry)!, name: 'g' });
    expect(a.state('entry', entry).fields.get('content')).toMatchObject([{ value: content }]);
    await a.put('content_identity', content, {
      content_hash: 'abc',
      byte_size: 3,
      kind: 'other',
      mime_type: null,
    });
    await exchange(a, b);
    for (const device of [a, b]) expect(device.fields('entry', entry)).toMatchObject({ name: 'g', content });
  });

  test('[CHG-7] is shipped with its target: the relay reads the merged state, not the row', async () => {
    const { content, entry } = await nulled();
    await a.put('entry', entry, { name: 'g' });
    await ship(a, [b]);
    expect(b.state('entry', entry).fields.get('content')).toMatchObject([{ value: content }]);
    expect(b.fields('entry', entry)).toMatchObject({ name: 'g', content: null });
  });
});

describe('bringing back what was deleted', () => {
  test('[MRG-4] takes every field: a put of some is refused, naming one that is missing', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x', color: '#111' });
    await a.remove('tag', id);
    await exchange(a, b);
    const partial = b.put('tag', id, { canonical_name: 'y' });
    await expect(partial).rejects.toMatchObject({ code: 'incomplete-record', subject: { field: 'color' } });
    await b.replace('tag', id, { canonical_name: 'y' });
    await exchange(a, b);
    for (const device of [a, b])
      expect(device.fields('tag', id)).toMatchObject({ canonical_name: 'y', color: null });
  });

  test('[MRG-4] is not what a write does that has not seen the delete', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x' });
    await exchange(a, b);
    const read = b.version('tag', id);
    await a.remove('tag', id);
    await exchange(a, b);
    await b.put('tag', id, { color: '#222' }, read);
    await exchange(a, b);
    for (const device of [a, b]) expect(device.fields('tag', id)).toBeUndefined();
    expect(a.state('tag', id).fields.get('color')).toMatchObject([{ value: '#222' }]);
  });

  test('[MRG-4] is not needed where an edit beats the delete that did not see it, and what requires it stays', async () => {
    const content = contentIdentityId(secret, 'abc');
    const metadata = userMetadataId(secret, content);
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    const read = a.version('content_identity', content);
    await a.put('user_metadata', metadata, { content_identity: content });
    await a.put('content_identity', content, { kind: 'image' });
    await a.remove('content_identity', content, read);
    await exchange(a, b);
    for (const device of [a, b]) {
      expect(device.fields('content_identity', content)).toMatchObject({ kind: 'image' });
      expect(device.fields('user_metadata', metadata)).toBeDefined();
    }
    expect(a.dump()).toEqual(b.dump());
  });
});

describe('what a device may write', () => {
  test('[MRG-5] does not reach to giving a record away, or moving one into the place of another device', async () => {
    const { location, folders } = await tree(1);
    const theirs = newId();
    await b.put('location', theirs, { name: 'there', path: '/there', device: b.id });
    await exchange(a, b);
    await expect(a.put('location', location, { device: b.id })).rejects.toMatchObject({ code: 'not-owner' });
    await expect(a.put('entry', folders[0]!, { location: theirs })).rejects.toMatchObject({
      code: 'not-owner',
      subject: { device: b.id },
    });
    expect(a.fields('location', location)).toMatchObject({ device: a.id });
  });

  test('[DEP-2] is no folder within itself', async () => {
    const { folders } = await tree(3);
    for (const parent of [folders[0]!, folders[2]!]) {
      await expect(a.put('entry', folders[0]!, { parent })).rejects.toMatchObject({
        code: 'invalid-argument',
        subject: { field: 'parent' },
      });
    }
    await a.put('entry', folders[2]!, { parent: folders[0]! });
  });
});

describe('a delete', () => {
  test('[DEP-1] [DEP-3] takes a deep tree with it, and says of each folder how deep it lay', async () => {
    const depth = 600;
    const { location, folders } = await tree(0);
    for (let from = 0; from < depth; from += 300) {
      const more = Array.from({ length: 300 }, () => newId());
      folders.push(...more);
      await a.library.write(
        more.map((id, index) =>
          put('entry', id, {
            name: 'd',
            kind: 'directory',
            location,
            parent: folders[from + index - 1] ?? null,
          }),
        ),
      );
    }
    await a.drain();
    await a.remove('location', location);
    expect(a.fields('entry', folders.at(-1)!)).toBeUndefined();
    const entries = await a.drain();
    expect(entries.every(({ header }) => header.change === 'delete')).toBe(true);
    const rankById = new Map(entries.map(({ header }) => [header.recordId, header.rank]));
    const ranks = folders.map((id) => rankById.get(id)!);
    expect(ranks).toEqual([...ranks.keys()].map((index) => ranks[0]! + index));
    expect(a.library.store.db.prepare('select count(*) from entry_closure').pluck().get()).toBe(0);
  });

  test('[CHG-9] takes rows along that were not ready to sync', async () => {
    const { location, folders } = await tree(1);
    const { db, keys } = a.library.store;
    const [locationKey, folderKey] = [keys.idOf('locations', location), keys.idOf('entries', folders[0]!)];
    const insert = db.prepare(
      "insert into entries (name, kind, location_id, parent_id) values ('new', 'file', ?, ?)",
    );
    insert.run(locationKey, folderKey);
    await a.remove('location', location);
    expect(db.prepare('select count(*) from entries').pluck().get()).toBe(0);
  });

  test('[MRG-1] says what it has seen: the version that the record has afterwards', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'x' });
    const [written] = await a.library.write([
      { kind: 'delete', ref: { model: 'tag' as ModelName, id }, seen: null },
    ]);
    expect(formatVersion(written!.version)).toBe(formatVersion(a.state('tag', id).version));
  });
});
