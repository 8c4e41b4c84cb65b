import { defineEntity, p } from '@mikro-orm/core';
import { syncModel } from '@shoal/library';
import { syncColumns } from './sync-columns.ts';

/** A device of the library, described by itself, also what it can read (DEP-5); presence is local to each observer. */
export const DeviceEntity = defineEntity({
  name: 'Device',
  tableName: 'devices',
  properties: {
    ...syncColumns,
    name: p.string(),
    slug: p.string(),
    os: p.string().nullable(),
    hardwareModel: p.string().nullable(),
    appVersion: p.string().nullable(),
    schemas: p.string().nullable(),
    createdBy: p.string().nullable(),
    isOnline: p.boolean().default(false),
    lastSeenAt: p.integer().nullable(),
  },
});

export const device = syncModel(DeviceEntity, {
  name: 'device',
  domain: 'index',
  ownership: { kind: 'self' },
  strategy: 'state',
  granularity: 'field',
  priority: 0,
  local: ['isOnline', 'lastSeenAt'],
});
