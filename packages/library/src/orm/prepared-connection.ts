import { SqliteConnection } from '@mikro-orm/sqlite';
import type { Sqlite, Statement } from '../store/open-database.ts';
import { bindableValues } from './bindable-values.ts';
import { ImmediateDialect } from './immediate-dialect.ts';

/** Statements that are kept prepared; beyond that the oldest goes. A unit of work has a few for each model. */
const statementsMax = 200;

/** A longer text, as a flush of many entities makes it, hardly comes again. */
const textMax = 4_096;

type Arguments = Parameters<SqliteConnection['execute']>;

/**
 * MikroORM writes values into the text of a statement, so that SQLite parses each anew, and runs it through a queue
 * for the one connection. Here what runs in a transaction, which has the connection to itself, is bound to a statement
 * that stays prepared. What cannot be bound goes the usual way.
 */
export class PreparedConnection extends SqliteConnection {
  readonly #statementByText = new Map<string, Statement>();

  override async execute<T>(...args: Arguments): Promise<T> {
    const [text, params = [], method = 'all', transaction, options] = args;
    // Before it waits for its turn, which a statement that is refused need not do.
    if (typeof text === 'string') this.#dialect()?.check(text);
    const dialect = this.#dialectOf(transaction, options);
    const db = dialect?.db;
    const isPlain = typeof text === 'string' && Array.isArray(params);
    const values = db !== undefined && isPlain ? bindableValues(text, params) : undefined;
    if (dialect === undefined || db === undefined || !isPlain || values === undefined)
      return (await super.execute(...args)) as T;
    return this.transformRawResult(run(this.#prepared(db, text), values), method);
  }

  /** Undefined where the statement must wait for its turn, or be refused: outside of a transaction, or after one. */
  #dialectOf(transaction: unknown, options: unknown): ImmediateDialect | undefined {
    if (!isUnderWay(transaction) || isAbortable(options)) return undefined;
    const dialect = this.#dialect();
    return dialect?.db.inTransaction === true ? dialect : undefined;
  }

  #dialect(): ImmediateDialect | undefined {
    const dialect: unknown = this.config.get('driverOptions');
    return dialect instanceof ImmediateDialect ? dialect : undefined;
  }

  #prepared(db: Sqlite, text: string): Statement {
    const known = this.#statementByText.get(text);
    if (known !== undefined) return known;
    const statement: Statement = db.prepare(text);
    if (text.length > textMax) return statement;
    if (this.#statementByText.size >= statementsMax) {
      const [oldest] = this.#statementByText.keys();
      this.#statementByText.delete(oldest!);
    }
    this.#statementByText.set(text, statement);
    return statement;
  }
}

/** A savepoint does not tell when the transaction around it is over. */
function isUnderWay(transaction: unknown): boolean {
  if (typeof transaction !== 'object' || transaction === null || 'savepointName' in transaction) return false;
  const { isCommitted, isRolledBack } = transaction as { isCommitted?: unknown; isRolledBack?: unknown };
  return isCommitted === false && isRolledBack === false;
}

function isAbortable(options: unknown): boolean {
  return typeof options === 'object' && options !== null && 'signal' in options;
}

/** As the driver underneath answers; rows only where there can be any. */
function run(statement: Statement, values: readonly unknown[]) {
  if (statement.reader) return { rows: statement.all(...values) };
  const { changes, lastInsertRowid } = statement.run(...values);
  return { rows: [], numAffectedRows: changes, insertId: lastInsertRowid };
}
