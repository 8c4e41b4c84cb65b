import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId, LibraryId, ModelName, RecordId } from '@shoal/core';
import { freshRecordId, type Library, migrateLibrary, openLibrary } from '@shoal/library';
import { migrations, models } from '@shoal/models';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Content, CreateEntry, EntryStore } from '../index/entry-store.ts';
import { entryRows } from './entry-rows.ts';
import { locationRows } from './location-rows.ts';

const device = '00000000-0000-4000-8000-000000000001' as DeviceId;
const content: Content = { hash: 'ab', byteSize: 3, mimeType: 'text/plain', kind: 'text' };
let folder: string;
let library: Library;
let store: EntryStore;
let location: { key: number; id: RecordId };
let root: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  await migrateLibrary(path, migrations);
  const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32)]]) };
  const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
  library = openLibrary({ path, libraryId, device, ring, models, migrations });
  store = entryRows(library, Buffer.alloc(32));
  const id = freshRecordId(Date.now());
  await put('device', device as unknown as RecordId, { name: 'a', slug: 'a' });
  await put('location', id, { name: 'home', path: '/home', device });
  location = { key: locationRows(library).own(device)[0]!.key, id };
  root = (
    await store.apply(location.key, [
      create({
        ref: -1,
        parent: null,
        kind: 'directory',
        name: 'home',
        facts: { ...create({}).facts, stamp: '1:9:9:0:0:0' },
      }),
    ])
  ).get(-1)!;
});

afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

function put(model: string, id: RecordId, fields: Record<string, string>) {
  const ref = { model: model as ModelName, id };
  return library.write([{ kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null }]);
}

function create(change: Partial<CreateEntry>): CreateEntry {
  const facts = { size: 3, modifiedAt: 1, createdAt: null, stamp: '1:2:3:3:4:1' };
  const name = { name: 'a.txt', nameBytes: null, extension: 'txt' };
  return { type: 'create', ref: -1, parent: root, kind: 'file', facts, content: null, ...name, ...change };
}

const records = (model: string) =>
  library.store.db.prepare('select count(*) from shoal_records where model = ?').pluck().get(model);

describe('entries in library.db', () => {
  it('[CHG-9] a file is no record until its content is identified, then it is one under the same local id', async () => {
    const key = (await store.apply(location.key, [create({})])).get(-1)!;
    expect(records('entry')).toBe(1);
    expect(await store.get(location.key, key)).toMatchObject({ name: 'a.txt', contentHash: null });
    const facts = create({}).facts;
    await store.apply(location.key, [{ type: 'update', key, facts, content }]);
    expect(records('entry')).toBe(2);
    expect(await store.get(location.key, key)).toMatchObject({ key, contentHash: 'ab', stamp: facts.stamp });
  });

  it('gives the root entry to its location, which closes the circle of references', async () => {
    const row = library.store.db.prepare('select root_entry_id from locations').pluck().get();
    expect(row).toBe(root);
  });

  it('[MRG-6] two files of the same bytes meet on one content', async () => {
    const both = [create({ ref: -1, content }), create({ ref: -2, content, name: 'b.txt' })];
    await store.apply(location.key, both);
    expect(records('content_identity')).toBe(1);
  });

  it('finds entries by file id, not those whose id only begins alike', async () => {
    const other = { ...create({}).facts, stamp: '1:2:33:3:4:1' };
    await store.apply(location.key, [
      create({ content }),
      create({ ref: -2, name: 'b', facts: other, content }),
    ]);
    const found = await store.byFileId(location.key, '1:2:3');
    expect(found.map(({ name }) => name)).toEqual(['a.txt']);
  });

  it('an unready file of a new folder lies in it, and goes with the location', async () => {
    const keys = await store.apply(location.key, [
      create({ ref: -1, kind: 'directory', name: 'docs' }),
      create({ ref: -2, parent: -1 }),
    ]);
    expect(await store.children(location.key, keys.get(-1)!)).toHaveLength(1);
    await library.write([
      { kind: 'delete', ref: { model: 'location' as ModelName, id: location.id }, seen: null },
    ]);
    expect(library.store.db.prepare('select count(*) from entries').pluck().get()).toBe(0);
  });

  it('names that are not UTF-8 are told apart by their bytes', async () => {
    const [one, two] = [Buffer.from([0xff]), Buffer.from([0xfe])];
    await store.apply(location.key, [
      create({ ref: -1, name: '\\xff', nameBytes: one, content }),
      create({ ref: -2, name: '\\xff', nameBytes: two, content }),
    ]);
    const found = await store.child(location.key, root, { name: '\\xff', nameBytes: two });
    expect(Buffer.from(found!.nameBytes!)).toEqual(two);
  });

  it('a call that fails leaves nothing of it', async () => {
    const before = library.store.db.prepare('select count(*) from entries').pluck().get();
    const changes = [create({ content }), create({ ref: -2, parent: 12_345, content })];
    await expect(store.apply(location.key, changes)).rejects.toMatchObject({ code: 'internal' });
    expect(library.store.db.prepare('select count(*) from entries').pluck().get()).toBe(before);
  });

  it('an entry whose disk came back under another device number is nothing to tell others', async () => {
    const key = (await store.apply(location.key, [create({ content })])).get(-1)!;
    await library.clearOutbox(library.readOutbox(1_000).rows);
    const facts = { ...create({}).facts, stamp: '7:2:3:3:4:1' };
    await store.apply(location.key, [{ type: 'update', key, facts }]);
    expect((await store.get(location.key, key))?.stamp).toBe(facts.stamp);
    expect(library.outboxCount()).toBe(0);
  });
});
