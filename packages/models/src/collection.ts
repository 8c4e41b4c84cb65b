import { defineEntity, p } from '@mikro-orm/core';
import { syncModel } from '@shoal/library';
import { syncColumns } from './sync-columns.ts';

/** A collection: files put together for a purpose. Two of one name are two collections (MRG-6). */
export const CollectionEntity = defineEntity({
  name: 'Collection',
  tableName: 'collections',
  properties: {
    ...syncColumns,
    name: p.string(),
    description: p.text().nullable(),
    color: p.string().nullable(),
  },
});

export const collection = syncModel(CollectionEntity, {
  name: 'collection',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'field',
});
