import type { RecordId, Sharer, UniqueChange, UniqueValue, ViewReader } from '@shoal/core';
import type { Sqlite } from './open-database.ts';

/** The unique values in `shoal_unique_values`, in step with the view (MRG-7). */
export interface UniqueStore extends Pick<ViewReader, 'sharing'> {
  valuesOf: ViewReader['uniqueValuesOf'];
  set(change: UniqueChange): void;
}

/** Prepares the statements on `db`. */
export function uniqueStore(db: Sqlite): UniqueStore {
  const select = db.prepare<[string, string], UniqueValue>(
    'select constraint_name as "unique", value, stamp from shoal_unique_values where model = ? and uuid = ?',
  );
  const sharing = db.prepare<[string, string, string, number], { uuid: string; stamp: string }>(
    `select uuid, stamp from shoal_unique_values where model = ? and constraint_name = ? and value = ?
     order by stamp, uuid limit ?+0`,
  );
  const remove = db.prepare('delete from shoal_unique_values where model = ? and uuid = ?');
  const insert = db.prepare('insert into shoal_unique_values values (?, ?, ?, ?, ?)');
  return {
    valuesOf: ({ model, id }) => select.all(model, id),
    sharing: (model, { unique, value }, limit) =>
      sharing
        .all(model, unique, value, limit)
        .map(({ uuid, stamp }): Sharer => ({ id: uuid as RecordId, stamp })),
    set({ ref: { model, id }, values }) {
      remove.run(model, id);
      for (const { unique, value, stamp } of values) insert.run(model, id, unique, value, stamp);
    },
  };
}
