import { limits, type RecordId } from '@shoal/core';
import { openSyncedLibrary, type SyncedLibrary, type WatchItem } from '@shoal/library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EntryEntity, LocationEntity, TagEntity, TempFileEntity } from './index.ts';
import { newId, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** What an application hears of its library, whoever writes it. */
let a: TestDevice;
let b: TestDevice;
let library: SyncedLibrary;

beforeEach(async () => {
  [a, b] = await twoDevices();
  library = await openSyncedLibrary(a.options);
});

afterEach(async () => {
  await library.close();
  a.close();
  b.close();
});

/** A watch whose first item, the gap, was taken. */
async function watching<T>(items: AsyncGenerator<WatchItem<T>>) {
  expect((await items.next()).value).toEqual({ kind: 'gap' });
  return async () => (await items.next()).value;
}

const db = () => a.library.store.db;
const count = (table: string) => db().prepare(`select count(*) from ${table}`).pluck().get();

test('a watcher hears of changes by this process, by others and by other devices, with what was written, in order', async () => {
  const next = await watching(library.watch(TagEntity));
  const tag = library.fork().create(TagEntity, { canonicalName: 'holiday' } as never, { persist: false });
  await library.syncModel(tag, 'insert');
  const id = tag.uuid as RecordId;
  expect(await next()).toMatchObject({
    ...{ kind: 'change', change: 'insert', id, origin: 'local', device: a.id },
    properties: expect.arrayContaining(['canonicalName', 'searchWeight']),
    record: { uuid: id, canonicalName: 'holiday', searchWeight: 100, createdByDevice: null },
  });
  await library.transactional(async (em) => {
    (await em.findOneOrFail(TagEntity, { uuid: id })).color = 'red';
  });
  expect(await next()).toMatchObject({ change: 'update', properties: ['color'], record: { color: 'red' } });
  // Another process of this device, as far as this one can see.
  await a.put('tag', id, { icon: 'sun' });
  expect(await next()).toMatchObject({ change: 'update', properties: ['icon'], origin: 'local' });
  await ship(a, [b]);
  await b.put('tag', id, { icon: 'moon', color: null });
  await ship(b, [a]);
  const remote = await next();
  expect(remote).toMatchObject({
    change: 'update',
    properties: ['color', 'icon'],
    origin: 'remote',
    device: b.id,
  });
  await b.remove('tag', id);
  await ship(b, [a]);
  const gone = await next();
  expect(gone).toMatchObject({ change: 'delete', id, origin: 'remote', record: null });
  expect(gone?.kind === 'change' && remote?.kind === 'change' && gone.number > remote.number).toBe(true);
});

test('a flush of new and of removed entities is told as such, and what is shown again by what it waited for', async () => {
  const next = await watching(library.watch(EntryEntity));
  const [location, entry] = [newId(), newId()];
  await b.put('location', location, { name: 'x', path: '/x', device: b.id });
  const [place] = await b.drain();
  await b.put('entry', entry, { name: 'x', kind: 'file', location });
  await ship(b, [a]);
  await a.apply([place!]);
  expect(await next()).toMatchObject({ change: 'insert', id: entry, origin: 'remote', record: { location } });
  await b.remove('location', location);
  await ship(b, [a]);
  expect(await next()).toMatchObject({ change: 'delete', id: entry });
});

test('a filter leaves changes out, another model is not heard of, and what does not sync is refused', async () => {
  const next = await watching(library.watch(TagEntity, ({ record }) => record?.color === 'red'));
  await a.put('location', newId(), { name: 'x', path: '/x', device: a.id });
  await a.put('tag', newId(), { canonical_name: 'blue', color: 'blue' });
  const red = newId();
  await a.put('tag', red, { canonical_name: 'red', color: 'red' });
  expect(await next()).toMatchObject({ id: red });
  expect(() => library.watch(TempFileEntity)).toThrow(expect.objectContaining({ code: 'unknown-model' }));
});

test('[SEC-5] who takes too slowly gets a gap in the place of more than the bound, and goes on from there', async () => {
  const next = await watching(library.watch(TagEntity));
  const writes = (from: number, to: number) =>
    a.library.write(
      Array.from({ length: to - from }, (_, at) => ({
        kind: 'put',
        ref: { model: 'tag', id: newId() } as never,
        fields: new Map([['canonical_name', `tag ${from + at}`]]),
        seen: null,
      })),
    );
  await writes(0, limits.watchQueueMax + 1);
  library.look();
  const last = newId();
  await a.put('tag', last, { canonical_name: 'last' });
  await expect.poll(async () => await next(), { timeout: 20_000 }).toEqual({ kind: 'gap' });
  await expect.poll(async () => await next(), { timeout: 20_000 }).toMatchObject({ id: last });
});

test('changes are noted only while somebody watches, and the newest alone', async () => {
  await a.put('tag', newId(), { canonical_name: 'before' });
  expect(count('shoal_changes')).toBe(0);
  const items = library.watch(TagEntity);
  const next = await watching(items);
  await a.put('tag', newId(), { canonical_name: 'watched' });
  expect(await next()).toMatchObject({ change: 'insert' });
  expect([count('shoal_changes'), count('shoal_watchers')]).toEqual([1, 1]);
  await items.return(undefined);
  await expect
    .poll(() => [count('shoal_changes'), count('shoal_watchers')], { timeout: 20_000 })
    .toEqual([0, 0]);
  await a.put('tag', newId(), { canonical_name: 'after' });
  expect(count('shoal_changes')).toBe(0);
  // A watcher that was killed says nothing any more.
  db()
    .prepare('insert into shoal_watchers values (?, ?)')
    .run('killed', Date.now() - 1);
  await a.put('tag', newId(), { canonical_name: 'after' });
  expect(count('shoal_changes')).toBe(0);
});

test('a watch ends when it is aborted and when the library is closed', async () => {
  const abort = new AbortController();
  const aborted = library.watch(TagEntity, null, { signal: abort.signal });
  await watching(aborted);
  const waiting = aborted.next();
  abort.abort();
  expect((await waiting).done).toBe(true);
  const closed = library.watch(TagEntity);
  await watching(closed);
  const last = closed.next();
  await library.close();
  expect((await last).done).toBe(true);
  library = await openSyncedLibrary(a.options);
});

test('a live query runs again when one of its models has changed, once for all that came, and reads what is committed', async () => {
  let runs = 0;
  const results = library.liveQuery([TagEntity, LocationEntity], async (em) => {
    runs += 1;
    return (await em.find(TagEntity, {}, { orderBy: { canonicalName: 'asc' } })).map(
      ({ canonicalName }) => canonicalName,
    );
  });
  const next = async () => (await results.next()).value;
  expect(await next()).toEqual([]);
  await library.transactional(async (em) => {
    em.create(TagEntity, { uuid: newId(), canonicalName: 'one' }, { persist: true });
    await em.flush();
    em.create(TagEntity, { uuid: newId(), canonicalName: 'two' }, { persist: true });
  });
  expect(await next()).toEqual(['one', 'two']);
  await b.put('tag', newId(), { canonical_name: 'three' });
  await ship(b, [a]);
  expect(await next()).toEqual(['one', 'three', 'two']);
  expect(runs).toBe(3);
  await results.return(undefined);
});
