import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { ContentIdentityEntity } from './content-identity.ts';
import { EntryEntity } from './entry.ts';
import { mergeNotes } from './merge-notes.ts';
import { syncColumns } from './sync-columns.ts';

/** What people say of one file (its owner writes it) or of content (everybody does): exactly one target is set. */
export const UserMetadataEntity = defineEntity({
  name: 'UserMetadata',
  tableName: 'user_metadata',
  properties: {
    ...syncColumns,
    favorite: p.boolean().default(false),
    hidden: p.boolean().default(false),
    notes: p.text().nullable(),
    customData: p.json<Record<string, unknown>>().onCreate(() => ({})),
    entry: () => p.manyToOne(EntryEntity).nullable().deleteRule('no action'),
    contentIdentity: () => p.manyToOne(ContentIdentityEntity).nullable().deleteRule('no action'),
  },
});

export const userMetadata = syncModel(UserMetadataEntity, {
  name: 'user_metadata',
  domain: 'user-metadata',
  ownership: { kind: 'through', field: 'entry' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId(secret, fields) {
    const target = fields.get('entry') ?? fields.get('content_identity');
    return typeof target === 'string' ? userMetadataId(secret, target as RecordId) : null;
  },
  references: { entry: 'wait', contentIdentity: 'wait' },
  // Whoever says yes is heard (S1x-13), nobody's words are lost (S1x-12), and other programs' data is theirs by key.
  merge: { favorite: 'max', hidden: 'max', notes: mergeNotes, customData: 'map' },
});

/** The metadata of an entry or of content. */
export function userMetadataId(secret: Buffer, target: RecordId): RecordId {
  return derivedRecordId(secret, 'user_metadata', target);
}
