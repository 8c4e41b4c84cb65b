import type { Library } from '../library.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import type { Sqlite } from '../store/open-database.ts';
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

/** So many rows are named of each difference; the rest is counted. */
const rowsNamedMax = 20;

/**
 * Compares every derived table with one that is made from nothing (DEP-6), in one transaction that changes nothing;
 * writers wait for it. Answers the tables that differ, none where all is well.
 */
export function checkDerived(library: Library): Promise<readonly DerivedDifference[]> {
  return library.transaction(({ store: { db } }) => {
    db.exec('savepoint check_derived');
    try {
      const found = derivedOf(library).map(({ model, table }) => compare(db, library, model, table));
      return found.filter(({ missing, extra }) => missing.count + extra.count > 0);
    } finally {
      db.exec('rollback to check_derived; release check_derived');
    }
  });
}

/** Makes every derived table anew from its source rows, in one transaction (DEP-6). */
export function rebuildDerived(library: Library): Promise<void> {
  return library.transaction(() => {
    for (const { model } of derivedOf(library)) rebuild(library, model);
  });
}

function compare(db: Sqlite, library: Library, model: SyncedModel, table: string): DerivedDifference {
  const kept = `temp.kept_${table}`;
  db.exec(`create table ${kept} as select * from main.${table}`);
  rebuild(library, model);
  const difference = {
    model: model.spec.name,
    table,
    missing: rowsOfOnly(db, `main.${table}`, kept),
    extra: rowsOfOnly(db, kept, `main.${table}`),
  };
  db.exec(`drop table ${kept}`);
  return difference;
}

function rowsOfOnly(db: Sqlite, one: string, other: string): DerivedRows {
  const only = `select * from ${one} except select * from ${other}`;
  const count = db.prepare<[], number>(`select count(*) from (${only})`).pluck().get() as number;
  return { count, first: db.prepare<[], DerivedRow>(`${only} limit ${rowsNamedMax}`).all() };
}

function rebuild(library: Library, { spec }: SyncedModel): void {
  for (const upkeep of library.store.rows(spec.name).upkeep) upkeep.rebuild();
}

function derivedOf({ options }: Library): { readonly model: SyncedModel; readonly table: string }[] {
  return options.models.flatMap((model) => model.derived.map(({ table }) => ({ model, table })));
}
