import type { Configuration } from '@mikro-orm/core';
import { AbstractSqlDriver, SqlitePlatform } from '@mikro-orm/sqlite';
import { PreparedConnection } from './prepared-connection.ts';

/** MikroORM's driver of SQLite, with statements that stay prepared. */
export class PreparedSqliteDriver extends AbstractSqlDriver<PreparedConnection> {
  constructor(config: Configuration) {
    super(config, new SqlitePlatform(), PreparedConnection, ['kysely', 'better-sqlite3']);
  }
}
