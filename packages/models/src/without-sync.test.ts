import { openTransactionManager, type TransactionManager } from '@shoal/library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TagEntity } from './index.ts';
import { newId, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** Transactions of which nothing is synced. */
let a: TestDevice;
let b: TestDevice;
let manager: TransactionManager;

beforeEach(async () => {
  [a, b] = await twoDevices();
  manager = await openTransactionManager(a.options);
});

afterEach(async () => {
  await manager.close();
  a.close();
  b.close();
});

const names = ({ library }: TestDevice) =>
  library.store.db.prepare('select canonical_name from tags order by 1').pluck().all();

test('[S0-55] what a transaction without sync makes and changes is in no log; others beside it and after it are', async () => {
  const other = await openTransactionManager(a.options);
  const make = (name: string) => async (em: Parameters<Parameters<typeof manager.transactional>[0]>[0]) => {
    em.create(TagEntity, { uuid: newId(), canonicalName: name }, { persist: true });
    await em.flush();
  };
  await manager.withoutSync(make('here'));
  await Promise.all([manager.withoutSync(make('here too')), other.transactional(make('beside'))]);
  await manager.transactional(make('after'));
  await manager.withoutSync(async (em) => {
    (await em.findOneOrFail(TagEntity, { canonicalName: 'here' })).color = 'green';
    em.remove(await em.findOneOrFail(TagEntity, { canonicalName: 'here too' }));
  });
  await other.close();
  expect(await ship(a, [b])).toBe(2);
  expect(names(a)).toEqual(['after', 'beside', 'here']);
  expect(names(b)).toEqual(['after', 'beside']);
  expect(b.dump()).toEqual(a.dump());
});

test('[S0-55] [CHG-9] what is synced already cannot be written in it, and nothing of the transaction stays', async () => {
  const id = newId();
  await a.put('tag', id, { canonical_name: 'ours' });
  await ship(a, [b]);
  for (const verb of ['change', 'remove']) {
    const refused = manager.withoutSync(async (em) => {
      em.create(TagEntity, { canonicalName: 'lost' }, { persist: true });
      const row = await em.findOneOrFail(TagEntity, { uuid: id });
      if (verb === 'change') row.color = 'red';
      else em.remove(row);
    });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-argument', subject: { record: id } });
  }
  expect(a.library.outboxCount()).toBe(0);
  expect(names(a)).toEqual(['ours']);
  expect(b.dump()).toEqual(a.dump());
});

test('[S0-55] [CHG-9] a row of such a transaction is synced from when it is given a UUID', async () => {
  await manager.withoutSync(async (em) => {
    em.create(TagEntity, { uuid: newId(), canonicalName: 'later' }, { persist: true });
  });
  const id = newId();
  await manager.transactional(async (em) => {
    (await em.findOneOrFail(TagEntity, { canonicalName: 'later' })).uuid = id;
  });
  await ship(a, [b]);
  expect(b.fields('tag', id)).toMatchObject({ canonical_name: 'later' });
});
