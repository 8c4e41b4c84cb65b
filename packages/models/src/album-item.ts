import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { AlbumEntity } from './album.ts';
import { ContentIdentityEntity } from './content-identity.ts';
import { EntryEntity } from './entry.ts';
import { syncColumns } from './sync-columns.ts';

/**
 * One file, or content wherever it lies, in an album: a row each, so that concurrent additions all survive. Exactly one
 * target is set; what is put in twice is one item (MRG-6). Equal positions are ordered by UUID.
 */
export const AlbumItemEntity = defineEntity({
  name: 'AlbumItem',
  tableName: 'album_items',
  properties: {
    ...syncColumns,
    position: p.double().default(0),
    album: () => p.manyToOne(AlbumEntity).deleteRule('no action'),
    entry: () => p.manyToOne(EntryEntity).nullable().deleteRule('no action'),
    contentIdentity: () => p.manyToOne(ContentIdentityEntity).nullable().deleteRule('no action'),
  },
});

export const albumItem = syncModel(AlbumItemEntity, {
  name: 'album_item',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId(secret, fields) {
    const album = fields.get('album');
    const target = fields.get('entry') ?? fields.get('content_identity');
    const isWhole = typeof album === 'string' && typeof target === 'string';
    return isWhole ? albumItemId(secret, album as RecordId, target as RecordId) : null;
  },
  references: { album: 'wait', entry: 'wait', contentIdentity: 'wait' },
});

/** The item of a target in an album. */
export function albumItemId(secret: Buffer, album: RecordId, target: RecordId): RecordId {
  return derivedRecordId(secret, 'album_item', album, target);
}
