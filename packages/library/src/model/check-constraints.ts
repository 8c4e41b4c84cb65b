import { ShoalError } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';
import type { SyncedModel } from './sync-model.ts';

interface IndexColumn {
  /** Null: an expression. */
  readonly name: string | null;
  readonly coll: string;
}

/**
 * Refuses a library in which SQLite holds a synced table to a unique constraint that the engine does not keep: one
 * that a migration makes and no declaration names, or that compares texts otherwise. What arrives would break it, and
 * stop ingest (MRG-7). Throws `invalid-model`, naming model and columns.
 */
export function checkConstraints(db: Sqlite, models: readonly SyncedModel[]): void {
  const indexes = db
    .prepare<[string], string>(
      'select name from pragma_index_list(?) where "unique" = 1 and origin <> \'pk\'',
    )
    .pluck();
  const columnsOf = db.prepare<[string], IndexColumn>(
    'select name, coll from pragma_index_xinfo(?) where key = 1 order by seqno',
  );
  for (const model of models) {
    for (const index of indexes.all(model.spec.table) as string[]) {
      checkIndex(model, columnsOf.all(index));
    }
  }
}

function checkIndex({ spec, columns }: SyncedModel, indexed: readonly IndexColumn[]): void {
  const names = indexed.map(({ name }) => name ?? 'an expression');
  if (names.length === 1 && names[0] === 'uuid') return;
  const fields = indexed.map(({ name }) => columns.find(({ column }) => column === name)?.field.name);
  // Unique in some of the columns is unique in all of them.
  const isKept = spec.uniques.some((unique) => unique.fields.every((field) => fields.includes(field)));
  const isExact = indexed.every(({ coll }) => coll === 'BINARY');
  if (isKept && isExact) return;
  const reason = isKept ? 'compares texts otherwise than byte by byte' : 'has no policy';
  throw new ShoalError(
    'invalid-model',
    `model "${spec.name}": the unique index of ${spec.table} on "${names.join(', ')}" ${reason} (MRG-7)`,
    { model: spec.name },
  );
}
