import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { syncColumns } from './sync-columns.ts';

/** The same bytes, wherever they lie: one record in one library, another in another (MRG-6). */
export const ContentIdentityEntity = defineEntity({
  name: 'ContentIdentity',
  tableName: 'content_identities',
  properties: {
    ...syncColumns,
    contentHash: p.string(),
    byteSize: p.integer(),
    kind: p.string().default('other'),
    mimeType: p.string().nullable(),
  },
});

export const contentIdentity = syncModel(ContentIdentityEntity, {
  name: 'content_identity',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId(secret, fields) {
    const hash = fields.get('content_hash');
    return typeof hash === 'string' ? contentIdentityId(secret, hash) : null;
  },
  priority: 10,
});

/** The record of a content hash in the library with that secret. */
export function contentIdentityId(secret: Buffer, contentHash: string): RecordId {
  return derivedRecordId(secret, 'content_identity', contentHash);
}
