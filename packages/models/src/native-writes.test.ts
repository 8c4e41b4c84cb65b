import { type EntityManager, sql } from '@mikro-orm/sqlite';
import { openTransactionManager, type TransactionManager } from '@shoal/library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localEntities, TagEntity, TempFileEntity } from './index.ts';
import { newId, ship, type TestDevice, twoDevices } from './testing/library-on-disk.ts';

/** What MikroORM writes without its unit of work fires no event, so nothing would capture it. */
let a: TestDevice;
let b: TestDevice;
let manager: TransactionManager;

beforeEach(async () => {
  [a, b] = await twoDevices();
  manager = await openTransactionManager({ ...a.options, localEntities });
});

afterEach(async () => {
  await manager.close();
  a.close();
  b.close();
});

const row = () => ({ uuid: newId(), canonicalName: 'past the capture', version: '' });

const doors: Readonly<Record<string, (em: EntityManager) => Promise<unknown>>> = {
  nativeUpdate: (em) => em.nativeUpdate(TagEntity, {}, { color: 'red' }),
  nativeDelete: (em) => em.nativeDelete(TagEntity, {}),
  insert: (em) => em.insert(TagEntity, row() as never),
  insertMany: (em) => em.insertMany(TagEntity, [row()] as never),
  'insertMany of entities': (em) => em.insertMany([em.create(TagEntity, row() as never, { persist: false })]),
  upsert: (em) => em.upsert(TagEntity, row() as never),
  upsertMany: (em) => em.upsertMany(TagEntity, [row()] as never),
  'a query builder': async (em) => await em.createQueryBuilder(TagEntity).update({ color: 'red' }).execute(),
  'a statement': (em) => em.execute("update tags set color = 'red'"),
  'a statement of the connection': (em) => em.getConnection().execute('delete from "tags" where id > ?', [0]),
  'a statement behind a query': (em) =>
    em.execute(
      sql`with t as (select 1) insert or replace into main.tags (canonical_name, version) values ('x', '')`,
    ),
  kysely: (em) =>
    em.getKysely<{ tags: { color: string } }>().updateTable('tags').set({ color: 'red' }).execute(),
};

test.each(Object.keys(doors))(
  '[S2-32] [S4-01] %s on a synced table is refused, within a transaction and without, and says what to write instead',
  async (name) => {
    const id = newId();
    await a.put('tag', id, { canonical_name: 'ours' });
    await ship(a, [b]);
    const write = doors[name]!;
    const refusal = {
      code: 'not-captured',
      message: expect.stringContaining('syncModel'),
      subject: { model: 'tag' },
    };
    await expect(write(manager.fork() as EntityManager)).rejects.toMatchObject(refusal);
    const within = manager.transactional((em) => write(em as EntityManager));
    await expect(within).rejects.toMatchObject(refusal);
    expect([a.library.outboxCount(), a.dump()]).toEqual([0, b.dump()]);
  },
);

test('[S2-32] what does not sync is written by any door, and reading is free', async () => {
  const em = manager.fork() as EntityManager;
  await em.insert(TempFileEntity, { path: '/tmp/x' } as never);
  await em.nativeUpdate(TempFileEntity, {}, { purpose: 'update tags set x' });
  expect(await em.execute('select purpose from temp_files')).toEqual([{ purpose: 'update tags set x' }]);
  expect(await em.createQueryBuilder(TagEntity).select('*').getResult()).toEqual([]);
  expect(await em.nativeDelete(TempFileEntity, {})).toBe(1);
});
