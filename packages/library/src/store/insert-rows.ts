import type { Sqlite } from './open-database.ts';

/** Rows of one statement: with more of them nothing more is saved. */
const rowsAtOnce = 16;

/** What one row binds. */
export type BoundRow = readonly unknown[];

/**
 * Prepares the insertion of rows of so many values, some by one statement: the call of a statement costs a third of what
 * a row does. `into` is the statement up to its values, `onConflict` what follows them.
 */
export function insertRows(
  db: Sqlite,
  options: { readonly into: string; readonly values: number; readonly onConflict?: string },
): (rows: readonly BoundRow[]) => void {
  const { into, values, onConflict = '' } = options;
  const row = `(${Array(values).fill('?').join(', ')})`;
  const one = db.prepare(`${into} values ${row} ${onConflict}`);
  const some = db.prepare(`${into} values ${Array(rowsAtOnce).fill(row).join(', ')} ${onConflict}`);
  return (rows) => {
    let at = 0;
    for (; at + rowsAtOnce <= rows.length; at += rowsAtOnce) some.run(rows.slice(at, at + rowsAtOnce).flat());
    for (; at < rows.length; at++) one.run(rows[at]);
  };
}
