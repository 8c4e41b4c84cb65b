import type { RecordId } from '@shoal/core';
import { freshRecordId, openTransactionManager, type TransactionManager } from '@shoal/library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ContentIdentityEntity,
  contentIdentityId,
  DeviceEntity,
  EntryEntity,
  LocationEntity,
  TagEntity,
} from './index.ts';
import { secret, ship, type TestDevice, testDevice } from './testing/library-on-disk.ts';

let a: TestDevice;
let b: TestDevice;
let manager: TransactionManager;

beforeEach(async () => {
  a = await testDevice(1);
  b = await testDevice(2);
  await ship(a, [b]);
  await ship(b, [a]);
  manager = await openTransactionManager(a.options);
});

afterEach(async () => {
  await manager.close();
  a.close();
  b.close();
});

const uuid = () => freshRecordId(Date.now());

describe('TransactionManager', () => {
  it('[CHG-5] a flush is captured in its own transaction, without a call', async () => {
    const em = manager.fork();
    const id = uuid();
    em.create(TagEntity, { uuid: id, canonicalName: 'holiday' }, { persist: true });
    await em.flush();
    await ship(a, [b]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'holiday', search_weight: 100 });
    expect(b.dump()).toEqual(a.dump());
  });

  it('[S0-04] what is created, changed and removed by entities alone is so on the other device', async () => {
    const [kept, gone] = [uuid(), uuid()];
    const em = manager.fork();
    em.create(TagEntity, { uuid: kept, canonicalName: 'kept' }, { persist: true });
    em.create(TagEntity, { uuid: gone, canonicalName: 'gone' }, { persist: true });
    await em.flush();
    await ship(a, [b]);
    expect([kept, gone].map((id) => b.fields('tag', id)?.canonical_name)).toEqual(['kept', 'gone']);
    await manager.transactional(async (inner) => {
      (await inner.findOneOrFail(TagEntity, { uuid: kept })).color = '#123';
      inner.remove(await inner.findOneOrFail(TagEntity, { uuid: gone }));
    });
    await ship(a, [b]);
    expect(b.fields('tag', kept)).toMatchObject({ canonical_name: 'kept', color: '#123' });
    expect(b.fields('tag', gone)).toBeUndefined();
    expect(b.dump()).toEqual(a.dump());
  });

  it('[S0-58] [CHG-5] a transaction within another goes with that one: both, or nothing', async () => {
    const nest = (outer: string, inner: string, fails: boolean) =>
      manager.transactional(async (em) => {
        em.create(TagEntity, { uuid: outer, canonicalName: 'outer' }, { persist: true });
        await em.transactional(async (nested) => {
          nested.create(TagEntity, { uuid: inner, canonicalName: 'inner' }, { persist: true });
        });
        // The inner one is done; nothing of it may be seen before the outer one is.
        expect(a.fields('tag', inner as RecordId)).toBeUndefined();
        if (fails) throw new Error('changed my mind');
      });
    const before = a.dump();
    await expect(nest(uuid(), uuid(), true)).rejects.toThrow('changed my mind');
    expect([a.dump(), a.library.outboxCount()]).toEqual([before, 0]);
    const [outer, inner] = [uuid(), uuid()];
    await nest(outer, inner, false);
    expect(await ship(a, [b])).toBe(2);
    for (const id of [outer, inner]) expect(b.fields('tag', id)).toBeDefined();
  });

  it('[CHG-5] a transaction that is rolled back leaves nothing: no row, no state, nothing to ship', async () => {
    const before = a.dump();
    await expect(
      manager.transactional(async (em) => {
        em.create(TagEntity, { uuid: uuid(), canonicalName: 'gone' }, { persist: true });
        await em.flush();
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(a.dump()).toEqual(before);
    expect(a.library.outboxCount()).toBe(0);
  });

  it('[CHG-5] a savepoint that is rolled back leaves nothing, what surrounds it stays', async () => {
    const [kept, lost] = [uuid(), uuid()];
    await manager.transactional(async (em) => {
      em.create(TagEntity, { uuid: kept, canonicalName: 'kept' }, { persist: true });
      await em.flush();
      await em
        .transactional(async (inner) => {
          inner.create(TagEntity, { uuid: lost, canonicalName: 'lost' }, { persist: true });
          await inner.flush();
          throw new Error('inner');
        })
        .catch(() => undefined);
    });
    expect(a.fields('tag', kept)).toBeDefined();
    expect(a.fields('tag', lost)).toBeUndefined();
    expect(await ship(a, [b])).toBe(1);
    expect(b.dump()).toEqual(a.dump());
  });

  it('[MRG-1] an entity that was loaded before a change arrived does not swallow it', async () => {
    const id = uuid();
    await a.put('tag', id, { canonical_name: 'holiday' });
    await ship(a, [b]);
    const em = manager.fork();
    const tag = await em.findOneOrFail(TagEntity, { uuid: id });
    await b.put('tag', id, { color: '#222', icon: 'sun' });
    await ship(b, [a]);
    tag.color = '#111';
    await em.flush();
    await ship(a, [b]);
    expect(a.dump()).toEqual(b.dump());
    expect(a.fields('tag', id)).toMatchObject({ color: '#111', icon: 'sun' });
    const state = a.library.store.records.get({ model: 'tag' as never, id })!.state;
    expect(state.fields.get('color')!.map(({ value }) => value)).toEqual(['#111', '#222']);
  });

  it('[MRG-1] a second edit of the same entity has seen the first', async () => {
    const id = uuid();
    const em = manager.fork();
    const tag = em.create(TagEntity, { uuid: id, canonicalName: 'one' }, { persist: true });
    await em.flush();
    tag.canonicalName = 'two';
    await em.flush();
    tag.canonicalName = 'three';
    await em.flush();
    const state = a.library.store.records.get({ model: 'tag' as never, id })!.state;
    expect(state.fields.get('canonical_name')!.map(({ value }) => value)).toEqual(['three']);
  });

  it('[CHG-3] local keys travel as UUIDs, also in a circle of references', async () => {
    const [location, root] = [uuid(), uuid()];
    await manager.transactional(async (em) => {
      const device = await em.findOneOrFail(DeviceEntity, { uuid: a.id });
      const place = em.create(
        LocationEntity,
        { uuid: location, name: 'home', path: '/home', device } as never,
        { persist: true },
      );
      const entry = em.create(
        EntryEntity,
        { uuid: root, name: 'home', kind: 'directory', location: place } as never,
        { persist: true },
      );
      await em.flush();
      place.rootEntry = entry as never;
    });
    await ship(a, [b]);
    expect(b.fields('location', location)).toMatchObject({ root_entry: root, device: a.id });
    expect(b.dump()).toEqual(a.dump());
  });

  it('[DEP-3] removing an entity deletes what requires it', async () => {
    const [location, root] = [uuid(), uuid()];
    await a.put('location', location, { name: 'home', path: '/home', device: a.id });
    await a.put('entry', root, { name: 'home', kind: 'directory', location });
    await ship(a, [b]);
    const em = manager.fork();
    em.remove(await em.findOneOrFail(LocationEntity, { uuid: location }));
    await em.flush();
    await ship(a, [b]);
    for (const device of [a, b]) {
      expect(device.fields('location', location)).toBeUndefined();
      expect(device.fields('entry', root)).toBeUndefined();
    }
  });

  it('[CHG-9] an entity without a UUID is not captured until it is given one', async () => {
    const id = uuid();
    const em = manager.fork();
    const tag = em.create(TagEntity, { canonicalName: 'later' }, { persist: true });
    await em.flush();
    expect(a.library.outboxCount()).toBe(0);
    tag.uuid = id as RecordId;
    await em.flush();
    await ship(a, [b]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'later' });
    expect(b.dump()).toEqual(a.dump());
  });

  it('[CHG-9] a reference to what is not ready to sync is refused, never captured as null', async () => {
    const em = manager.fork();
    const device = em.create(DeviceEntity, { name: 'x', slug: 'x' }, { persist: true });
    await em.flush();
    const tag = { uuid: uuid(), canonicalName: 'x', createdByDevice: device };
    em.create(TagEntity, tag as never, { persist: true });
    await expect(em.flush()).rejects.toMatchObject({
      code: 'missing-reference',
      subject: { field: 'created_by_device' },
    });
    expect(a.fields('tag', tag.uuid)).toBeUndefined();
  });

  it('[CHG-5] what could not be captured is not committed, also where the failure is caught', async () => {
    const [good, bad] = [uuid(), uuid()];
    const swallowing = manager.transactional(async (em) => {
      em.create(TagEntity, { uuid: good, canonicalName: 'good' }, { persist: true });
      await em.flush();
      em.create(TagEntity, { uuid: bad, canonicalName: 'x'.repeat(300_000) }, { persist: true });
      await em.flush().catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'payload-too-large' });
    for (const id of [good, bad]) expect(a.fields('tag', id)).toBeUndefined();
    expect(a.library.outboxCount()).toBe(0);
  });

  it('[CHG-5] a transaction that was rolled back is forgotten: the same records can be made again', async () => {
    const id = uuid();
    const make = (fails: boolean) =>
      manager.transactional(async (em) => {
        em.create(TagEntity, { uuid: id, canonicalName: 'again' }, { persist: true });
        await em.flush();
        if (fails) throw new Error('not yet');
      });
    await expect(make(true)).rejects.toThrow('not yet');
    await make(false);
    await ship(a, [b]);
    expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'again' });
    expect(b.dump()).toEqual(a.dump());
  });

  it('[CHG-7] the flushes of one transaction make one operation of a record', async () => {
    const id = uuid();
    await manager.transactional(async (em) => {
      const tag = em.create(TagEntity, { uuid: id, canonicalName: 'one' }, { persist: true });
      await em.flush();
      tag.canonicalName = 'two';
      await em.flush();
    });
    expect((await a.drain()).map(({ header }) => header.change)).toEqual(['insert']);
  });

  it('[SEC-5] a record that was captured keeps its UUID', async () => {
    const id = uuid();
    await a.put('tag', id, { canonical_name: 'x' });
    const em = manager.fork();
    const tag = await em.findOneOrFail(TagEntity, { uuid: id });
    tag.uuid = uuid();
    await expect(em.flush()).rejects.toMatchObject({ code: 'invalid-argument', subject: { field: 'uuid' } });
    expect(a.fields('tag', id)).toBeDefined();
  });

  it('[MRG-4] an entity removed on a stale read is shown again where an edit beats the delete', async () => {
    const content = contentIdentityId(secret, 'abc');
    await a.put('content_identity', content, { content_hash: 'abc', byte_size: 3 });
    await ship(a, [b]);
    const em = manager.fork();
    const loaded = await em.findOneOrFail(ContentIdentityEntity, { uuid: content });
    await b.put('content_identity', content, { kind: 'image' });
    await ship(b, [a]);
    em.remove(loaded);
    await em.flush();
    await ship(a, [b]);
    expect(a.fields('content_identity', content)).toMatchObject({ kind: 'image' });
    expect(b.dump()).toEqual(a.dump());
  });
});
