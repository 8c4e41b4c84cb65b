import { p } from '@mikro-orm/core';

/**
 * What every synced table carries: the local key, the record's name on every device (null until it is ready to
 * sync), and the version that the row shows (MRG-1).
 */
export const syncColumns = {
  id: p.integer().primary().autoincrement(),
  uuid: p.uuid().unique().nullable(),
  version: p.text().default(''),
} as const;

/** The columns of `syncColumns` as the migration writes them. */
export const syncColumnsSql = `
  id integer primary key autoincrement,
  uuid text unique,
  version text not null default ''`;
