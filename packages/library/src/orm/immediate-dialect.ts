import { type DatabaseConnection, type Driver, SqliteDialect, SqliteDriver } from 'kysely';
import type { Sqlite } from '../store/open-database.ts';
import { beginImmediate, type WriteLock } from '../store/write-lock.ts';

/**
 * MikroORM begins deferred: two processes that read, then write, fail with SQLITE_BUSY in spite of a busy timeout.
 * This dialect begins immediate, and waits for its turn without blocking the event loop.
 */
export class ImmediateDialect extends SqliteDialect {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    super({ database: db });
    this.#db = db;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#db);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #db: Sqlite;
  #lock: WriteLock | undefined;

  constructor(db: Sqlite) {
    super({ database: db });
    this.#db = db;
  }

  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    this.#lock = await beginImmediate(this.#db);
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#release();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } finally {
      this.#release();
    }
  }

  #release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }
}
