import { defineEntity, p } from '@mikro-orm/core';
import { createRegistry, type RecordId } from '@shoal/core';
import { derivedRecordId, type Migration, type SyncedModel, syncModel } from '@shoal/library';
import { migrations, models } from '../index.ts';
import { syncColumns, syncColumnsSql } from '../sync-columns.ts';

/** A shelf with a code that only one may have (held), and a name that is unique among those of its room (renamed). */
export const ShelfEntity = defineEntity({
  name: 'Shelf',
  tableName: 'shelves',
  properties: {
    ...syncColumns,
    code: p.string().unique().nullable(),
    place: p.integer().unique().nullable(),
    room: p.string().default('hall'),
    name: p.string().nullable(),
    remark: p.string().nullable(),
  },
  uniques: [{ properties: ['room', 'name'] }],
});

export const shelf = syncModel(ShelfEntity, {
  name: 'shelf',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'state',
  granularity: 'field',
  local: ['remark'],
  uniques: [
    { properties: ['code'], policy: 'hold' },
    { properties: ['place'], policy: 'hold' },
    { properties: ['room', 'name'], policy: 'rename' },
  ],
});

/** What stands on a shelf, one thing at each spot. */
export const ThingEntity = defineEntity({
  name: 'Thing',
  tableName: 'things',
  properties: {
    ...syncColumns,
    label: p.string(),
    spot: p.integer().default(0),
    shelf: () => p.manyToOne(ShelfEntity).deleteRule('no action'),
  },
  uniques: [{ properties: ['shelf', 'spot'] }],
});

export const thing = syncModel(ThingEntity, {
  name: 'thing',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  references: { shelf: 'wait' },
  uniques: [{ properties: ['shelf', 'spot'], policy: 'hold' }],
});

/** On one badge of a number all devices meet. */
const BadgeEntity = defineEntity({
  name: 'Badge',
  tableName: 'badges',
  properties: { ...syncColumns, number: p.string().unique(), colour: p.string().nullable() },
});

export const badge = syncModel(BadgeEntity, {
  name: 'badge',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'state',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId: (secret, fields) => badgeId(secret, String(fields.get('number'))),
  uniques: [{ properties: ['number'], policy: 'derived-id' }],
});

/** The badge of a number. */
export function badgeId(secret: Buffer, number: string): RecordId {
  return derivedRecordId(secret, 'badge', number);
}

/** The built-in models and these, for tests of unique constraints on real SQLite. */
export const uniqueModels: readonly SyncedModel[] = [...models, shelf, thing, badge];
export const uniqueRegistry = createRegistry(uniqueModels.map(({ spec }) => spec));

export const uniqueMigrations: readonly Migration[] = [
  ...migrations,
  {
    name: 'shelves',
    sql: `
      create table shelves (${syncColumnsSql},
        code text unique,
        place integer unique,
        room text not null default 'hall',
        name text,
        remark text,
        unique (room, name)
      );
      create table things (${syncColumnsSql},
        label text not null,
        spot integer not null default 0,
        shelf_id integer not null references shelves (id) deferrable initially deferred,
        unique (shelf_id, spot)
      );
      create table badges (${syncColumnsSql},
        number text not null unique,
        colour text
      );`,
  },
];
