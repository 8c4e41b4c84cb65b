import { defineEntity, p } from '@mikro-orm/core';
import { syncModel } from '@shoal/library';
import { DeviceEntity } from './device.ts';
import { syncColumns } from './sync-columns.ts';

/** A tag. Two tags of one name are two tags (MRG-6); fields that differ merge by themselves. */
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
  local: ['createdAt', 'updatedAt'],
  references: { createdByDevice: 'null' },
});
