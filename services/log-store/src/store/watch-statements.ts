import type Database from 'better-sqlite3';
import { isStructuralDamage } from './structural-damage.ts';

type Method = (...parameters: unknown[]) => unknown;

/**
 * Sees to it that structural damage is told of wherever a statement meets it (LOG-1): it may be in a page that is read by
 * an append, a timer or a message. To be called before anything is prepared. The statement throws all the same.
 */
export function watchStatements(db: Database.Database, onDamaged: (error: unknown) => void): void {
  const telling = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      return tell(error);
    }
  };
  const tell = (error: unknown): never => {
    if (isStructuralDamage(error)) onDamaged(error);
    throw error;
  };
  const prepare = db.prepare.bind(db) as (sql: string) => object;
  const watched = (sql: string) => {
    const statement = telling(() => prepare(sql)) as Record<'run' | 'get' | 'all' | 'iterate', Method>;
    const { iterate } = statement;
    for (const name of ['run', 'get', 'all'] as const) {
      const method = statement[name];
      // No closure each time: entries are written by the thousand.
      statement[name] = (...parameters) => {
        try {
          return method.apply(statement, parameters);
        } catch (error) {
          return tell(error);
        }
      };
    }
    statement.iterate = (...parameters) => {
      const rows = telling(() => iterate.apply(statement, parameters)) as IterableIterator<unknown>;
      const next = rows.next.bind(rows);
      rows.next = () => telling(next);
      return rows;
    };
    return statement;
  };
  Object.assign(db, { prepare: watched });
}
