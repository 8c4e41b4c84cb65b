import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { DeviceEntity } from './device.ts';
import { syncColumns } from './sync-columns.ts';

/**
 * A tag. Two tags of one name are two tags, but for those of the system: of one namespace and name there is one, on
 * which all devices that make it meet (MRG-6). Fields that differ merge by themselves.
 */
export const TagEntity = defineEntity({
  name: 'Tag',
  tableName: 'tags',
  properties: {
    ...syncColumns,
    canonicalName: p.string(),
    displayName: p.string().nullable(),
    namespace: p.string().nullable(),
    tagType: p.enum(['standard', 'organizational', 'privacy', 'system']).default('standard'),
    privacyLevel: p.enum(['normal', 'archive', 'hidden']).default('normal'),
    searchWeight: p.integer().default(100),
    color: p.string().nullable(),
    icon: p.string().nullable(),
    createdByDevice: () => p.manyToOne(DeviceEntity).nullable().deleteRule('no action'),
    createdAt: p.integer().nullable(),
    updatedAt: p.integer().nullable(),
  },
});

export const tag = syncModel(TagEntity, {
  name: 'tag',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'field',
  ids: 'mixed',
  deriveId(secret, fields) {
    const [namespace, name] = [fields.get('namespace'), fields.get('canonical_name')];
    const isNamed = typeof namespace === 'string' && typeof name === 'string';
    return isNamed && fields.get('tag_type') === 'system' ? systemTagId(secret, namespace, name) : null;
  },
  local: ['createdAt', 'updatedAt'],
  references: { createdByDevice: 'null' },
});

/** The tag of the system of that name. */
export function systemTagId(secret: Buffer, namespace: string, canonicalName: string): RecordId {
  return derivedRecordId(secret, 'tag', namespace, canonicalName);
}
