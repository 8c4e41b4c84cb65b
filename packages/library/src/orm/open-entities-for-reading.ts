import { type EntityManager, MikroORM } from '@mikro-orm/core';
import type { LibraryOptions } from '../library-options.ts';
import { openForReading } from '../store/open-database.ts';
import { ImmediateDialect } from './immediate-dialect.ts';
import { PreparedSqliteDriver } from './prepared-driver.ts';

/** Entities as they are committed, on a connection that cannot write. */
export interface EntityReading {
  fork(): EntityManager;
  close(): Promise<void>;
}

/** Opens MikroORM for reading alone: what it reads is never part of a transaction of this process that is under way. */
export async function openEntitiesForReading(
  options: Pick<LibraryOptions, 'path' | 'models' | 'localEntities'>,
): Promise<EntityReading> {
  const db = openForReading(options.path);
  const orm = await MikroORM.init({
    driver: PreparedSqliteDriver,
    dbName: options.path,
    entities: [...options.models.map(({ entity }) => entity), ...(options.localEntities ?? [])],
    driverOptions: new ImmediateDialect(db),
    debug: false,
  });
  return {
    fork: () => orm.em.fork(),
    async close() {
      await orm.close();
      if (db.open) db.close();
    },
  };
}
