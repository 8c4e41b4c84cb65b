import type { RecordId } from '@shoal/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentIdentityId, userMetadataId, userMetadataTagId } from './index.ts';
import { exchange, newId, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  [a, b] = await twoDevices();
});

afterEach(() => {
  a.close();
  b.close();
});

describe('two devices', () => {
  it('[CHG-5] a tag written on one device shows up on the other, field by field', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'holiday', color: '#fc0', created_by_device: a.id });
    await exchange(a, b);
    expect(b.fields('tag', id)).toEqual(a.fields('tag', id));
    expect(b.fields('tag', id)).toMatchObject({
      canonical_name: 'holiday',
      color: '#fc0',
      created_by_device: a.id,
    });
  });

  it('[MRG-3] concurrent edits of different fields both survive', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'holiday' });
    await exchange(a, b);
    await a.put('tag', id, { color: '#f00' });
    await b.put('tag', id, { icon: 'sun' });
    await exchange(a, b);
    expect(a.dump()).toEqual(b.dump());
    expect(a.fields('tag', id)).toMatchObject({ color: '#f00', icon: 'sun' });
  });

  it('[MRG-2] concurrent edits of one field end equal on both, by the greater stamp', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'holiday' });
    await exchange(a, b);
    await a.put('tag', id, { color: '#111' });
    await b.put('tag', id, { color: '#222' });
    await exchange(a, b);
    expect(a.dump()).toEqual(b.dump());
  });

  it('[MRG-1] an edit made on a stale read does not swallow what arrived since', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'holiday', color: '#000' });
    await exchange(a, b);
    const read = a.version('tag', id);
    await b.put('tag', id, { color: '#222', icon: 'sun' });
    await exchange(a, b);
    await a.put('tag', id, { color: '#111' }, read);
    await exchange(a, b);
    expect(a.dump()).toEqual(b.dump());
    expect(a.fields('tag', id)).toMatchObject({ icon: 'sun' });
    const siblings = a.library.store.records.get({ model: 'tag' as never, id })!.state.fields.get('color')!;
    expect(siblings.map(({ value }) => value).sort()).toEqual(['#111', '#222']);
  });

  it('[MRG-4] a delete beats a concurrent edit on both devices', async () => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'holiday' });
    await exchange(a, b);
    await a.remove('tag', id);
    await b.put('tag', id, { color: '#222' });
    await exchange(a, b);
    expect(a.fields('tag', id)).toBeUndefined();
    expect(b.fields('tag', id)).toBeUndefined();
    expect(a.dump()).toEqual(b.dump());
  });

  it('[DEP-3] a tag application waits for its tag and appears with it', async () => {
    const secret = Buffer.alloc(32, 1);
    const tag = newId();
    const content = contentIdentityId(secret, 'abc');
    const metadata = userMetadataId(secret, content);
    const application = userMetadataTagId(secret, metadata, tag);
    await a.put('tag', tag, { canonical_name: 'holiday' });
    const first = a.library.readOutbox(10);
    await a.library.clearOutbox(first.rows);
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await a.put('user_metadata', metadata, { content_identity: content });
    await a.put('user_metadata_tag', application, { user_metadata: metadata, tag, applied_by_device: a.id });
    await ship(a, [b]);
    expect(b.fields('user_metadata_tag', application)).toBeUndefined();
    expect(b.library.cursor.parked()).toMatchObject([{ reason: 'missing', records: 1 }]);
    await b.library.apply(
      first.entries.map((entry, index) => ({ seq: index, entry })),
      { logId: 'x' as never, appliedSeq: 1, appliedEntries: 1 },
    );
    expect(b.fields('user_metadata_tag', application)).toMatchObject({ tag });
    expect(b.library.cursor.parked()).toEqual([]);
    expect(a.dump()).toEqual(b.dump());
  });

  it('[DEP-3] deleting a tag deletes its applications in the same transaction', async () => {
    const secret = Buffer.alloc(32, 1);
    const tag = newId();
    const content = contentIdentityId(secret, 'abc');
    const metadata = userMetadataId(secret, content);
    const application = userMetadataTagId(secret, metadata, tag);
    await a.put('tag', tag, { canonical_name: 'holiday' });
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await a.put('user_metadata', metadata, { content_identity: content });
    await a.put('user_metadata_tag', application, { user_metadata: metadata, tag });
    await exchange(a, b);
    await a.remove('tag', tag);
    await exchange(a, b);
    for (const device of [a, b]) {
      expect(device.fields('tag', tag)).toBeUndefined();
      expect(device.fields('user_metadata_tag', application)).toBeUndefined();
      expect(device.fields('user_metadata', metadata)).toBeDefined();
    }
    expect(a.dump()).toEqual(b.dump());
  });

  it('[MRG-5] a device refuses to write an entry of another device, naming the owner', async () => {
    const { entry } = await tree();
    await exchange(a, b);
    await expect(b.put('entry', entry, { name: 'mine' })).rejects.toMatchObject({
      code: 'not-owner',
      subject: { device: a.id },
    });
  });

  it('[DEP-6] the closure follows a moved folder, on the device that applies it too', async () => {
    const { root, location, entry } = await tree();
    const other = newId();
    await a.put('entry', other, { name: 'other', kind: 'directory', location, parent: root });
    await exchange(a, b);
    await a.put('entry', entry, { parent: other });
    await exchange(a, b);
    for (const device of [a, b]) {
      const { db } = device.library.store;
      const before = db.prepare('select * from entry_closure order by 1, 2').all();
      device.library.store.rows('entry' as never).upkeep[0]!.rebuild();
      expect(db.prepare('select * from entry_closure order by 1, 2').all()).toEqual(before);
    }
    expect(a.dump()).toEqual(b.dump());
  });

  it.each([
    ['unknown-model', 'model', 'nonsense', {}],
    ['unknown-field', 'nonsense', 'tag', { canonical_name: 'x', nonsense: 1 }],
    ['invalid-argument', 'search_weight', 'tag', { canonical_name: 'x', search_weight: 'heavy' }],
    ['missing-reference', 'created_by_device', 'tag', { canonical_name: 'x', created_by_device: newId() }],
    ['payload-too-large', 'display_name', 'tag', { canonical_name: 'x', display_name: 'x'.repeat(300_000) }],
  ])('[SEC-5] bad input gets %s that names %s and changes nothing', async (code, field, model, fields) => {
    const before = a.dump();
    await expect(a.put(model, newId(), fields)).rejects.toMatchObject({ code, subject: { field } });
    expect(a.dump()).toEqual(before);
    expect(a.library.outboxCount()).toBe(0);
  });

  async function tree(): Promise<{ location: RecordId; root: RecordId; entry: RecordId }> {
    const [location, root, entry, child] = [newId(), newId(), newId(), newId()];
    await a.put('location', location, { name: 'home', path: '/home', device: a.id });
    await a.put('entry', root, { name: 'home', kind: 'directory', location });
    await a.put('location', location, { root_entry: root });
    await a.put('entry', entry, { name: 'docs', kind: 'directory', location, parent: root });
    await a.put('entry', child, { name: 'a.txt', kind: 'file', location, parent: entry });
    return { location, root, entry };
  }
});
