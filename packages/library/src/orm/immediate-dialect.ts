import {
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import type { Sqlite, Statement } from '../store/open-database.ts';
import { beginImmediate, type WriteLock } from '../store/write-lock.ts';

/**
 * MikroORM begins deferred: two processes that read, then write, fail with SQLITE_BUSY in spite of a busy timeout.
 * This dialect begins immediate, and waits for its turn without blocking the event loop.
 */
export class ImmediateDialect extends SqliteDialect {
  readonly db: Sqlite;
  /** Throws for a statement that must not run. */
  readonly check: (text: string) => void;

  constructor(db: Sqlite, check: (text: string) => void = () => {}) {
    super({ database: db });
    this.db = db;
    this.check = check;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.db, this.check);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #db: Sqlite;
  readonly #commit: Statement;
  #lock: WriteLock | undefined;

  constructor(db: Sqlite, check: (text: string) => void) {
    super({ database: checked(db, check) });
    this.#db = db;
    this.#commit = db.prepare('commit');
  }

  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    this.#lock = await beginImmediate(this.#db);
  }

  override async commitTransaction(_connection: DatabaseConnection): Promise<void> {
    this.#commit.run();
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

/** The same connection for whoever runs statements by their text. */
function checked(db: Sqlite, check: (text: string) => void): SqliteDatabase {
  return {
    prepare(text) {
      check(text);
      return db.prepare(text) as ReturnType<SqliteDatabase['prepare']>;
    },
    close: () => db.close(),
  };
}
