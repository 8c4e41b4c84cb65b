import type { EntityManager } from '@mikro-orm/core';
import { freshRecordId, openTransactionManager } from '@shoal/library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeviceEntity, EntryEntity, LocationEntity, TagEntity } from './index.ts';
import { type TestDevice, testDevice } from './testing/library-on-disk.ts';

/**
 * A transaction within another is a savepoint. What its rollback takes with it is what was done in it, and nothing of
 * what surrounds it: neither a failure that was caught there, nor what is to be told once all is committed.
 */
let a: TestDevice;

beforeEach(async () => {
  a = await testDevice(1);
});

afterEach(() => a.close());

const uuid = () => freshRecordId(Date.now());

test('[CHG-5] a capture that failed stays a failure when a savepoint after it is rolled back', async () => {
  const manager = await openTransactionManager(a.options);
  const swallowing = manager.transactional(async (em) => {
    em.create(TagEntity, { uuid: uuid(), canonicalName: 'x'.repeat(300_000) }, { persist: true });
    await em.flush().catch(() => undefined);
    await em.transactional(() => Promise.reject(new Error('inner'))).catch(() => undefined);
  });
  await expect(swallowing).rejects.toMatchObject({ code: 'payload-too-large' });
  await manager.transactional(async (em) => expect(await em.count(TagEntity)).toBe(0));
  await manager.close();
});

test('[CHG-5] what was rolled back is told to nobody, also where what surrounds it stays', async () => {
  const told: string[][] = [];
  const telling = await openTransactionManager(a.options, (changes) => {
    told.push(changes.map(({ ref }) => ref.id));
  });
  const [gone, kept, lost] = [uuid(), uuid(), uuid()];
  const make = (id: string, then: (em: EntityManager) => Promise<unknown>) => async (em: EntityManager) => {
    em.create(TagEntity, { uuid: id, canonicalName: 'made' }, { persist: true });
    await em.flush();
    await then(em);
  };
  const fail = () => Promise.reject(new Error('not this'));
  await telling.transactional(make(gone, fail)).catch(() => undefined);
  expect(told).toEqual([]);
  const inner = make(lost, fail);
  await telling.transactional(make(kept, (em) => em.transactional(inner).catch(() => undefined)));
  await telling.close();
  expect(told).toEqual([[kept]]);
});

test('[CHG-7] the flushes before and after a savepoint that was rolled back make one operation of a record', async () => {
  const manager = await openTransactionManager(a.options);
  const id = uuid();
  await manager.transactional(async (em) => {
    const tag = em.create(TagEntity, { uuid: id, canonicalName: 'one' }, { persist: true });
    await em.flush();
    await em.transactional(() => Promise.reject(new Error('inner'))).catch(() => undefined);
    tag.color = '#123';
  });
  await manager.close();
  const shipped = (await a.drain()).map(({ header }) => header);
  expect(shipped.filter(({ recordId }) => recordId === id).map(({ change }) => change)).toEqual(['insert']);
});

test('[CHG-5] [CHG-3] a local key that a savepoint gave back names what has it next', async () => {
  const manager = await openTransactionManager(a.options);
  const [lost, next, root] = [uuid(), uuid(), uuid()];
  const ids = await manager.transactional(async (em) => {
    const locate = async (within: EntityManager, id: string) => {
      const device = await within.findOneOrFail(DeviceEntity, { uuid: a.id });
      const made = { uuid: id, name: id, path: `/${id}`, device };
      const location = within.create(LocationEntity, made as never, { persist: true });
      await within.flush();
      return location;
    };
    let lostId: unknown;
    const inner = em.transactional(async (within) => {
      lostId = (await locate(within, lost)).id;
      throw new Error('inner');
    });
    await inner.catch(() => undefined);
    const location = await locate(em, next);
    const entry = { uuid: root, name: 'root', kind: 'directory', location };
    em.create(EntryEntity, entry as never, { persist: true });
    return [lostId, location.id];
  });
  await manager.close();
  expect(ids[0]).toBe(ids[1]);
  expect(a.state('entry', root).fields.get('location')).toMatchObject([{ value: next }]);
});
