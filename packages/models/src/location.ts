import { defineEntity, p } from '@mikro-orm/core';
import { syncModel } from '@shoal/library';
import { DeviceEntity } from './device.ts';
import { EntryEntity } from './entry.ts';
import { syncColumns } from './sync-columns.ts';
import { VolumeEntity } from './volume.ts';
import { VolumeHolderEntity } from './volume-holder.ts';

/** A folder of a device that is indexed. Its root entry shows null until the entry is there, which breaks the circle. */
export const LocationEntity = defineEntity({
  name: 'Location',
  tableName: 'locations',
  properties: {
    ...syncColumns,
    name: p.string(),
    path: p.string(),
    /** Whether the program's own list of what is no entry holds, and the location's patterns, a line each. */
    defaultIgnores: p.boolean().default(true),
    ignorePatterns: p.text().default(''),
    indexMode: p.enum(['shallow', 'content']).default('content'),
    totalFileCount: p.integer().default(0),
    totalByteSize: p.integer().default(0),
    device: () => p.manyToOne(DeviceEntity).deleteRule('no action'),
    volume: () => p.manyToOne(VolumeEntity).nullable().deleteRule('no action'),
    /** Of a volume that can be plugged in elsewhere: with it the location changes hands. Null: it stays with its device. */
    volumeHolder: () => p.manyToOne(VolumeHolderEntity).nullable().deleteRule('no action'),
    rootEntry: () => p.manyToOne(EntryEntity).nullable().deleteRule('no action'),
    scanState: p.string().default('pending'),
    errorMessage: p.string().nullable(),
    createdAt: p.integer().nullable(),
    updatedAt: p.integer().nullable(),
  },
});

export const location = syncModel(LocationEntity, {
  name: 'location',
  domain: 'index',
  ownership: { kind: 'through', field: 'volumeHolder', otherwise: 'device' },
  strategy: 'state',
  granularity: 'field',
  local: ['scanState', 'errorMessage', 'createdAt', 'updatedAt'],
  references: { device: 'wait', volume: 'null', volumeHolder: 'wait', rootEntry: 'null' },
});
