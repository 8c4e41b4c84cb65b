import { type EntityManager, MikroORM } from '@mikro-orm/core';
import { SqliteDriver } from '@mikro-orm/sqlite';
import { freshRecordId, migrateLibrary, openTransactionManager } from '@shoal/library';
import { migrations, models, TagEntity } from '@shoal/models';
import { tempFolder } from '@shoal/testkit';
import Database from 'better-sqlite3';
import { SqliteDialect } from 'kysely';
import { openLocalLibrary } from './local-library.ts';
import { pairFigures, runPairs } from './pairs.ts';
import type { Scenario } from './scenario.ts';

const flushes = 300;

/** A flush of one new entity through the TransactionManager, against the same flush of MikroORM alone, in ms each. */
export const captureFlush: Scenario = {
  name: 'capture-flush',
  async run(options) {
    const folder = await tempFolder('bench');
    const { library, options: libraryOptions } = await openLocalLibrary(folder.path);
    const manager = await openTransactionManager(libraryOptions);
    const plain = await openPlain(`${folder.path}/plain.db`);
    try {
      const pairs = await runPairs(options, this.name, {
        measure: () => flushMs(() => manager.fork()),
        floor: () => flushMs(plain.fork),
      });
      return { name: this.name, ...pairFigures(pairs) };
    } finally {
      await manager.close();
      await plain.close();
      library.close();
      await folder.remove();
    }
  },
};

/** Median-like: the mean over a block of flushes, one after the other, each by a fresh entity manager. */
async function flushMs(fork: () => EntityManager): Promise<number> {
  const startedMs = performance.now();
  for (let index = 0; index < flushes; index++) {
    const em = fork();
    em.create(
      TagEntity,
      { uuid: freshRecordId(Date.now()), canonicalName: `tag ${index}`, color: '#00aaff' },
      { persist: true },
    );
    await em.flush();
  }
  return (performance.now() - startedMs) / flushes;
}

/** The same entities and schema, WAL and NORMAL, without capture. */
async function openPlain(path: string) {
  await migrateLibrary(path, migrations);
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  const orm = await MikroORM.init({
    driver: SqliteDriver,
    dbName: path,
    entities: models.map(({ entity }) => entity),
    driverOptions: new SqliteDialect({ database: db }),
    debug: false,
  });
  return {
    fork: () => orm.em.fork(),
    close: async () => {
      await orm.close();
      if (db.open) db.close();
    },
  };
}
