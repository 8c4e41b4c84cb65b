import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { DeviceEntity } from './device.ts';
import { syncColumns } from './sync-columns.ts';
import { TagEntity } from './tag.ts';
import { UserMetadataEntity } from './user-metadata.ts';

/** One tag on one target: a row each, so that concurrent additions all survive (S1-08). */
export const UserMetadataTagEntity = defineEntity({
  name: 'UserMetadataTag',
  tableName: 'user_metadata_tags',
  properties: {
    ...syncColumns,
    confidence: p.double().default(1),
    context: p.string().nullable(),
    userMetadata: () => p.manyToOne(UserMetadataEntity).deleteRule('no action'),
    tag: () => p.manyToOne(TagEntity).deleteRule('no action'),
    appliedByDevice: () => p.manyToOne(DeviceEntity).nullable().deleteRule('no action'),
  },
});

export const userMetadataTag = syncModel(UserMetadataTagEntity, {
  name: 'user_metadata_tag',
  domain: 'user-metadata',
  ownership: { kind: 'through', field: 'userMetadata' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId(secret, fields) {
    const [metadata, tag] = [fields.get('user_metadata'), fields.get('tag')];
    const isWhole = typeof metadata === 'string' && typeof tag === 'string';
    return isWhole ? userMetadataTagId(secret, metadata as RecordId, tag as RecordId) : null;
  },
  references: { userMetadata: 'wait', tag: 'wait', appliedByDevice: 'null' },
});

/** The application of a tag to metadata. */
export function userMetadataTagId(secret: Buffer, metadata: RecordId, tag: RecordId): RecordId {
  return derivedRecordId(secret, 'user_metadata_tag', metadata, tag);
}
