import type { DerivedTable, SyncedModel } from '../model/sync-model.ts';
import type { SqlValue } from '../store/row-store.ts';

/** A row of a derived table, by column. */
export type DerivedRow = Readonly<Record<string, SqlValue>>;

/** Where a derived table is not what its source rows give. */
export interface DerivedDifference {
  readonly model: string;
  readonly table: string;
  /** Rows that a rebuild makes and the table lacks: how many, and the first few of them. */
  readonly missing: DerivedRows;
  /** Rows of the table that a rebuild does not make. */
  readonly extra: DerivedRows;
}

export interface DerivedRows {
  readonly count: number;
  readonly first: readonly DerivedRow[];
}

/** A connection of any kind that can read. */
export interface ReadingConnection {
  prepare(sql: string): { all(): unknown[] };
}

/** So many rows are named of each difference; the rest is counted. */
const rowsNamedMax = 20;

/** Compares the derived tables of some models with what their source rows give (DEP-6); reads only. */
export function compareDerived(
  db: ReadingConnection,
  models: readonly SyncedModel[],
): readonly DerivedDifference[] {
  return models
    .flatMap((model) => model.derived.map((derived) => compare(db, model.spec.name, derived)))
    .filter(({ missing, extra }) => missing.count + extra.count > 0);
}

function compare(db: ReadingConnection, model: string, { table, select }: DerivedTable): DerivedDifference {
  const made = `select * from (${select})`;
  const kept = `select * from ${table}`;
  return { model, table, missing: rowsOfOnly(db, made, kept), extra: rowsOfOnly(db, kept, made) };
}

function rowsOfOnly(db: ReadingConnection, one: string, other: string): DerivedRows {
  const only = `${one} except ${other}`;
  const [counted] = db.prepare(`select count(*) as count from (${only})`).all() as { count: number }[];
  const first = db.prepare(`${only} limit ${rowsNamedMax}`).all() as DerivedRow[];
  return { count: counted?.count ?? 0, first };
}
