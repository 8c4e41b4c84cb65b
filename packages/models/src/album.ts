import { defineEntity, p } from '@mikro-orm/core';
import { syncModel } from '@shoal/library';
import { ContentIdentityEntity } from './content-identity.ts';
import { syncColumns } from './sync-columns.ts';

/** An album. Two of one name are two albums (MRG-6). Its cover is content, so that it shows whoever holds a copy. */
export const AlbumEntity = defineEntity({
  name: 'Album',
  tableName: 'albums',
  properties: {
    ...syncColumns,
    name: p.string(),
    description: p.text().nullable(),
    cover: () => p.manyToOne(ContentIdentityEntity).nullable().deleteRule('no action'),
  },
});

export const album = syncModel(AlbumEntity, {
  name: 'album',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'field',
  references: { cover: 'null' },
});
