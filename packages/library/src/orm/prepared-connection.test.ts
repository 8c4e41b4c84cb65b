import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEntity, type InferEntity, MikroORM, p, type RequiredEntityData } from '@mikro-orm/core';
import { SqliteDriver } from '@mikro-orm/sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openForWriting, type Sqlite } from '../store/open-database.ts';
import { ImmediateDialect } from './immediate-dialect.ts';
import { PreparedSqliteDriver } from './prepared-driver.ts';

const ThingEntity = defineEntity({
  name: 'Thing',
  tableName: 'things',
  properties: {
    id: p.integer().primary().autoincrement(),
    name: p.string(),
    size: p.integer().nullable(),
    weight: p.float().nullable(),
    isOld: p.boolean().nullable(),
    madeAt: p.datetime().nullable(),
    facts: p.json<unknown[] | object | null>().nullable(),
    content: p.blob().nullable(),
  },
});

const things: readonly RequiredEntityData<InferEntity<typeof ThingEntity>>[] = [
  { name: 'plain', size: 2 ** 53 - 1, weight: 0.1, isOld: true },
  { name: `it's "quoted"? \\? ?? and 水`, size: -1, weight: 3, isOld: false },
  { name: '', madeAt: new Date(1_700_000_000_123), facts: { a: [1, 'x'], b: null } },
  { name: 'bytes', content: Buffer.from([0, 1, 255]), facts: ['?'] },
];

let folder: string;
let db: Sqlite;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function open(driver: typeof SqliteDriver | typeof PreparedSqliteDriver): Promise<MikroORM> {
  db = openForWriting(join(folder, `${driver.name}.db`));
  db.exec(`create table things (id integer primary key autoincrement, name text not null, size integer, weight real,
    is_old integer, made_at datetime, facts json, content blob)`);
  return await MikroORM.init({
    driver: driver as typeof SqliteDriver,
    dbName: db.name,
    entities: [ThingEntity],
    driverOptions: new ImmediateDialect(db),
    debug: false,
  });
}

const rows = () =>
  db
    .prepare(
      'select *, typeof(name), typeof(size), typeof(weight), typeof(is_old), typeof(made_at) from things',
    )
    .all();

/** Inserts one by one, a batch, an update, a read and a delete: what a unit of work sends. */
async function live(orm: MikroORM): Promise<unknown> {
  for (const thing of things) {
    const em = orm.em.fork();
    em.create(ThingEntity, thing, { persist: true });
    await em.flush();
  }
  return await orm.em.fork().transactional(async (em) => {
    for (const thing of things) em.create(ThingEntity, thing, { persist: true });
    await em.flush();
    const [first, second] = await em.find(ThingEntity, { name: things[1]!.name }, { orderBy: { id: 1 } });
    first!.size = 7;
    em.remove(second!);
    await em.flush();
    const old = await em.findOne(ThingEntity, { madeAt: { $ne: null }, isOld: null });
    return [old, await em.count(ThingEntity, { size: { $in: [7, -1] } })];
  });
}

describe('statements of a unit of work that stay prepared', () => {
  test('write and read what MikroORM writes into the text of its own', async () => {
    const usual = await open(SqliteDriver);
    const answer = JSON.stringify(await live(usual));
    const written = rows();
    await usual.close();
    const prepared = await open(PreparedSqliteDriver);
    expect(JSON.stringify(await live(prepared))).toBe(answer);
    expect(rows()).toEqual(written);
    await prepared.close();
  });

  test('are parsed once, however often they run', async () => {
    const orm = await open(PreparedSqliteDriver);
    await live(orm);
    const prepare = vi.spyOn(db, 'prepare');
    for (let time = 0; time < 3; time++) {
      const em = orm.em.fork();
      em.create(ThingEntity, things[0]!, { persist: true });
      await em.flush();
    }
    expect(prepare).not.toHaveBeenCalled();
    expect(rows()).toHaveLength(2 * things.length - 1 + 3);
    await orm.close();
  });

  test('keep a text whole that has a zero in it', async () => {
    const orm = await open(PreparedSqliteDriver);
    const em = orm.em.fork();
    em.create(ThingEntity, { name: 'a\0b' }, { persist: true });
    await em.flush();
    expect(rows()).toMatchObject([{ name: 'a\0b' }]);
    await orm.close();
  });

  test('are refused in a transaction that is over, and wait in none', async () => {
    const orm = await open(PreparedSqliteDriver);
    const connection = orm.em.getDriver().getConnection();
    const over = await connection.transactional(async (transaction: unknown) => transaction);
    const insert = `insert into things (name) values (?)`;
    await expect(connection.execute(insert, ['late'], 'run', over)).rejects.toThrow(/committed/);
    let isDone = false;
    const own = connection.execute(insert, ['own'], 'run').then(() => {
      isDone = true;
    });
    await connection
      .transactional(async (transaction: unknown) => {
        await connection.execute(insert, ['in'], 'run', transaction);
        throw new Error('no');
      })
      .catch(() => {});
    await own;
    expect(isDone).toBe(true);
    expect(rows()).toMatchObject([{ name: 'own' }]);
    await orm.close();
  });
});
