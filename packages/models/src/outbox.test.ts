import { type DeviceId, dotDevice, dotHlc, hlcMs, type ModelName, type RecordId } from '@shoal/core';
import type { LocalWrite } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newId, type TestDevice, testDevice } from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;

beforeEach(async () => {
  a = await testDevice(1);
  b = await testDevice(2);
  await b.apply(await a.drain());
});

afterEach(() => {
  a.close();
  b.close();
});

const rename = (id: RecordId, name: string): LocalWrite => ({
  kind: 'put',
  ref: { model: 'tag' as ModelName, id },
  fields: new Map([['canonical_name', name]]),
  seen: null,
});

describe('the outbox', () => {
  test('[CHG-7] [S0-51] makes one entry of the changes of a state-based record between two shipments', async () => {
    const location = newId();
    for (const name of ['one', 'two', 'three'])
      await a.put('location', location, { name, path: '/home', device: a.id });
    const entries = await a.drain();
    expect(entries.length).toBe(1);
    await b.apply(entries);
    expect(b.fields('location', location)).toMatchObject({ name: 'three' });
  });

  test('[CHG-7] keeps the order of a batch in which new records stand between others', async () => {
    const [old, older] = [newId(), newId()];
    await a.library.write([rename(old, 'a'), rename(older, 'b')]);
    await a.drain();
    const fresh = Array.from({ length: 40 }, newId);
    const ids = [old, ...fresh.slice(0, 20), older, ...fresh.slice(20)];
    await a.library.write(ids.map((id, index) => rename(id, `name ${index}`)));
    const entries = await a.drain();
    expect(entries.map(({ header }) => header.recordId)).toEqual(ids);
    await b.apply(entries);
    expect(ids.map((id) => b.fields('tag', id)?.canonical_name)).toEqual(
      ids.map((_, index) => `name ${index}`),
    );
  });

  test('names the models of which something waits, each once, and counts what waits of each', async () => {
    await a.drain();
    expect(a.library.outboxModels()).toEqual([]);
    for (const name of ['one', 'two']) await a.put('tag', newId(), { canonical_name: name });
    await a.put('location', newId(), { name: 'home', path: '/home', device: a.id });
    expect(a.library.outboxModels()).toEqual(['location', 'tag']);
    expect(a.library.outboxByModel()).toEqual([
      { model: 'location', changes: 1 },
      { model: 'tag', changes: 2 },
    ]);
  });

  test('[CHG-7] keeps each operation of a log-based record, with its own payload', async () => {
    const id = newId();
    for (const canonical_name of ['one', 'two', 'three']) await a.put('tag', id, { canonical_name });
    const names: unknown[] = [];
    for (const entry of await a.drain()) {
      await b.apply([entry]);
      names.push(b.fields('tag', id)!.canonical_name);
    }
    expect(names).toEqual(['one', 'two', 'three']);
  });

  test('[CHG-7] makes one operation of what one transaction does to a record, in however many batches', async () => {
    const id = newId();
    await a.library.transaction(({ capture }) => {
      for (const name of ['one', 'two', 'three']) capture([rename(id, name)]);
    });
    const entries = await a.drain();
    expect(entries.map(({ header }) => header.change)).toEqual(['insert']);
    await b.apply(entries);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'three' });
  });

  test('[CHG-8] keeps a change that was made while the one before it was on its way', async () => {
    const location = newId();
    await a.put('location', location, { name: 'one', path: '/home', device: a.id });
    const { rows, entries } = a.library.readOutbox(10);
    await a.put('location', location, { name: 'two' });
    await a.library.clearOutbox(rows);
    expect(a.library.outboxCount()).toBe(1);
    await b.apply(entries);
    await b.apply(await a.drain());
    expect(b.fields('location', location)).toMatchObject({ name: 'two' });
    expect(a.library.outboxCount()).toBe(0);
  });

  test('[REP-6] of a copy that became another device is shipped as the changes of the first that they are', async () => {
    const tag = newId();
    await a.put('tag', tag, { canonical_name: 'before' });
    const other = '00000000-0000-4000-8000-000000000009' as DeviceId;
    a.reopen({ device: other });
    await a.put('tag', tag, { color: 'red' });
    const entries = await a.drain();
    // An entry whose origin did not make its change is refused by whoever parses it.
    for (const { header } of entries) expect(header.origin).toBe(dotDevice(header.dot));
    expect(entries.map(({ header }) => header.origin)).toEqual([a.id, other]);
    await b.apply(entries);
    expect(b.fields('tag', tag)).toMatchObject({ canonical_name: 'before', color: 'red' });
  });

  test('[CHG-8] keeps what was read until it is told that it was committed, and gives it again', async () => {
    await a.put('tag', newId(), { canonical_name: 'x' });
    const first = a.library.readOutbox(10);
    a.reopen();
    const again = a.library.readOutbox(10);
    expect(again.entries.map(({ header }) => header)).toEqual(first.entries.map(({ header }) => header));
    await b.apply(first.entries);
    const before = b.dump();
    expect((await b.apply(again.entries)).counts).toMatchObject({ skipped: again.entries.length });
    expect(b.dump()).toEqual(before);
  });

  test('[CHG-8] [S0-16] gives the oldest first, as many as are asked for', async () => {
    const ids = [newId(), newId(), newId()];
    for (const id of ids) await a.put('tag', id, { canonical_name: 'x' });
    expect(a.library.readOutbox(2).rows.map(({ ref }) => ref.id)).toEqual(ids.slice(0, 2));
  });

  test('[CHG-5] takes nothing of what arrived', async () => {
    await b.put('tag', newId(), { canonical_name: 'x' });
    await a.apply(await b.drain());
    expect(a.library.outboxCount()).toBe(0);
  });

  test('[CHG-2] an entry names library, origin, model, record, scope, schema version and when it was made', async () => {
    const wall = 1_800_000_000_000;
    const c = await testDevice(3, () => wall);
    await c.drain();
    const location = newId();
    await c.put('location', location, { name: 'home', path: '/home', device: c.id });
    const entry = newId();
    await c.put('entry', entry, { name: 'home', kind: 'directory', location });
    const [, second] = await c.drain();
    expect(second!.header).toMatchObject({
      libraryId: c.options.libraryId,
      origin: c.id,
      domain: 'index',
      model: 'entry',
      recordId: entry,
      scope: location,
      change: 'insert',
      schemaVersion: 1,
      syncReady: true,
      wallMs: wall,
      keyId: 1,
    });
    await c.remove('entry', entry);
    expect((await c.drain())[0]!.header).toMatchObject({ scope: location, change: 'delete' });
    c.close();
  });

  test('[S0-17] [CHG-2] an entry says when its change was made and by whom, however late it is shipped', async () => {
    let wall = 1_800_000_000_000;
    const c = await testDevice(3, () => wall);
    await c.drain();
    const [tag, location] = [newId(), newId()];
    await c.put('tag', tag, { canonical_name: 'x' });
    wall += 1_000;
    await c.put('location', location, { name: 'home', path: '/home', device: c.id });
    wall += 86_400_000;
    c.reopen();
    const headers = (await c.drain()).map(({ header }) => header);
    expect(headers.map(({ wallMs }) => wallMs)).toEqual([1_800_000_000_000, 1_800_000_001_000]);
    expect(headers.map(({ dot }) => hlcMs(dotHlc(dot)))).toEqual(headers.map(({ wallMs }) => wallMs));
    expect(headers.map(({ origin }) => origin)).toEqual([c.id, c.id]);
    c.close();
  });
});
