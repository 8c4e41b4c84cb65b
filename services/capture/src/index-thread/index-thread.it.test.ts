import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceId, type LibraryId, limits, type ModelName, type RecordId } from '@shoal/core';
import { freshRecordId, type Library, migrateLibrary, openLibrary, type ViewChange } from '@shoal/library';
import { migrations, models } from '@shoal/models';
import { type Log, silentLog } from '@shoal/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CreateEntry, EntryChange, EntryStore } from '../index/entry-store.ts';
import { locationRows } from '../store/location-rows.ts';
import { indexStore } from './index-store.ts';
import { createIndexThread, type IndexThread } from './index-thread.ts';

const device = '00000000-0000-4000-8000-000000000001' as DeviceId;
const many = limits.indexThreadChangesMin;
let folder: string;
let library: Library;
let thread: IndexThread;
let store: EntryStore;
let location: number;
let heard: ViewChange[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  const path = join(folder, 'library.db');
  await migrateLibrary(path, migrations);
  const ring = { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32)]]) };
  const libraryId = '11111111-1111-4111-8111-111111111111' as LibraryId;
  library = openLibrary({ path, libraryId, device, ring, models, migrations });
  thread = createIndexThread({ log: silentLog() });
  store = indexStore(library, { secret: Buffer.alloc(32), thread });
  await put('device', device as unknown as RecordId, { name: 'a', slug: 'a' });
  await put('location', freshRecordId(Date.now()), { name: 'home', path: '/home', device });
  location = locationRows(library).own(device)[0]!.key;
  heard = [];
  library.onChanges((changes, isLocal) => heard.push(...(isLocal ? changes : [])));
});

afterEach(async () => {
  await thread.stop();
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

function put(model: string, id: RecordId, fields: Record<string, string>) {
  const ref = { model: model as ModelName, id };
  return library.write([{ kind: 'put', ref, fields: new Map(Object.entries(fields)), seen: null }]);
}

/** Files of one folder, `parent` null for a fresh root before them. */
function files(count: number, parent: number): EntryChange[] {
  return Array.from({ length: count }, (_, index): CreateEntry => {
    const name = `${parent} ${index}`;
    const facts = { size: 0, modifiedAt: 1, createdAt: null, stamp: `1:${name}:0:0:0:1` };
    const rest = { nameBytes: null, extension: '', kind: 'file' as const, facts, content: null };
    return { type: 'create', ref: -index - 2, parent, name, ...rest };
  });
}

const root: EntryChange = { ...files(1, 0)[0]!, ref: -1, parent: null, kind: 'directory' } as CreateEntry;
const entries = () => library.store.db.prepare('select count(*) from entries').pluck().get();
/** Replicas of which something waits to be shipped: each opening is one. */
const replicas = () =>
  new Set(library.readOutbox(10_000).rows.flatMap(({ dot }) => dot.slice(dot.indexOf('@')))).size;

test('[CHG-1] [CHG-5] large batches of an index are captured by a thread, once it is there, and told as those of the service are', async () => {
  const first = await store.apply(location, [root, ...files(many, -1)]);
  await expect.poll(() => thread.isReady()).toBe(true);
  expect(replicas()).toBe(1);
  const folderKey = first.get(-1)!;
  heard = [];
  const second = await store.apply(location, files(many, folderKey));
  expect([second.size, entries(), replicas()]).toEqual([many, 1 + 2 * many, 2]);
  expect(heard).toHaveLength(many);
  expect(await store.get(location, second.get(-2)!)).toMatchObject({ parent: folderKey });
  await store.apply(location, [{ type: 'delete', key: second.get(-2)! }]);
  expect(entries()).toBe(2 * many);
});

test('a batch that the thread cannot write changes nothing and throws what it throws; with a thread that ended the service writes', async () => {
  await store.apply(location, [root, ...files(many, -1)]);
  await expect.poll(() => thread.isReady()).toBe(true);
  const before = entries();
  const failing = store.apply(location + 1, files(many, -1));
  await expect(failing).rejects.toMatchObject({ code: 'not-found', subject: { field: 'location' } });
  expect(entries()).toBe(before);
  await thread.stop();
  await store.apply(location, files(many, 1));
  expect(entries()).toBe(1 + 2 * many);
});

test('the thread ends when nothing came for a while, and another one is started when it is wanted', async () => {
  const idle = createIndexThread({ log: silentLog(), idleMs: 300 });
  await expect.poll(() => idle.isReady()).toBe(true);
  await expect.poll(() => idle.isReady()).toBe(false);
  await expect.poll(() => idle.isReady()).toBe(true);
  await idle.stop();
});

test('a thread that fails is told of once, and the service writes by itself', async () => {
  const told: unknown[] = [];
  const log = { warn: (...line: unknown[]) => told.push(line) } as Pick<Log, 'warn'>;
  const failing = createIndexThread({ log, script: new URL('data:text/javascript,throw new TypeError()') });
  const byItself = indexStore(library, { secret: Buffer.alloc(32), thread: failing });
  await byItself.apply(location, [root, ...files(many, -1)]);
  await expect.poll(() => told).toEqual([[{ kind: 'TypeError' }, expect.stringContaining('failed')]]);
  await byItself.apply(location, files(many, 1));
  expect([entries(), failing.isReady(), told.length]).toEqual([1 + 2 * many, false, 1]);
});
