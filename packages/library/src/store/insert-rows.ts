import type { Sqlite } from './open-database.ts';

/** Rows of one statement: with more of them nothing more is saved. */
const rowsAtOnce = 16;

/** What one row binds. */
export type BoundRow = readonly unknown[];

/**
 * Prepares the insertion of new rows into a table, some by one statement: the call of a statement costs a third of what
 * a row does. Where it throws, some of the rows may be there: the caller rolls back.
 */
export function insertRows(
  db: Sqlite,
  table: string,
  columns: readonly string[],
): (rows: readonly BoundRow[]) => void {
  // A statement that could take back its rows by itself copies every page that it touches first.
  const into = `insert or fail into ${table} (${columns.join(', ')})`;
  const row = `(${columns.map(() => '?').join(', ')})`;
  const one = db.prepare(`${into} values ${row}`);
  const some = db.prepare(`${into} values ${Array(rowsAtOnce).fill(row).join(', ')}`);
  return (rows) => {
    let at = 0;
    for (; at + rowsAtOnce <= rows.length; at += rowsAtOnce) some.run(rows.slice(at, at + rowsAtOnce).flat());
    for (; at < rows.length; at++) one.run(rows[at]);
  };
}
