import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { CollectionEntity } from './collection.ts';
import { ContentIdentityEntity } from './content-identity.ts';
import { EntryEntity } from './entry.ts';
import { syncColumns } from './sync-columns.ts';

/**
 * One file, or content wherever it lies, in a collection: a row each, so that concurrent additions all survive. Exactly one
 * target is set; what is put in twice is one item (MRG-6). Equal positions are ordered by UUID.
 */
export const CollectionItemEntity = defineEntity({
  name: 'CollectionItem',
  tableName: 'collection_items',
  properties: {
    ...syncColumns,
    position: p.double().default(0),
    collection: () => p.manyToOne(CollectionEntity).deleteRule('no action'),
    entry: () => p.manyToOne(EntryEntity).nullable().deleteRule('no action'),
    contentIdentity: () => p.manyToOne(ContentIdentityEntity).nullable().deleteRule('no action'),
  },
});

export const collectionItem = syncModel(CollectionItemEntity, {
  name: 'collection_item',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId(secret, fields) {
    const collection = fields.get('collection');
    const target = fields.get('entry') ?? fields.get('content_identity');
    const isWhole = typeof collection === 'string' && typeof target === 'string';
    return isWhole ? collectionItemId(secret, collection as RecordId, target as RecordId) : null;
  },
  references: { collection: 'wait', entry: 'wait', contentIdentity: 'wait' },
});

/** The item of a target in a collection. */
export function collectionItemId(secret: Buffer, collection: RecordId, target: RecordId): RecordId {
  return derivedRecordId(secret, 'collection_item', collection, target);
}
