import { defineEntity, p } from '@mikro-orm/core';
import { syncModel } from '@shoal/library';
import { ContentIdentityEntity } from './content-identity.ts';
import { entryClosure } from './entry-closure.ts';
import { LocationEntity } from './location.ts';
import { syncColumns } from './sync-columns.ts';

/**
 * A folder, file or symbolic link below a location's root, or the root itself. `name` is the whole name on disk;
 * where its bytes are not UTF-8 it is escaped for people and `name_bytes` holds the truth.
 */
export const EntryEntity = defineEntity({
  name: 'Entry',
  tableName: 'entries',
  properties: {
    ...syncColumns,
    name: p.string(),
    nameBytes: p.blob().nullable(),
    extension: p.string().default(''),
    kind: p.enum(['directory', 'file', 'symlink']),
    size: p.integer().default(0),
    modifiedAt: p.integer().nullable(),
    createdAt: p.integer().nullable(),
    location: () => p.manyToOne(LocationEntity).deleteRule('no action'),
    parent: () => p.manyToOne(EntryEntity).nullable().deleteRule('no action'),
    content: () => p.manyToOne(ContentIdentityEntity).nullable().deleteRule('no action'),
    inode: p.string().nullable(),
    fileStamp: p.string().nullable(),
    hashState: p.string().nullable(),
  },
});

export const entry = syncModel(EntryEntity, {
  name: 'entry',
  domain: 'index',
  ownership: { kind: 'through', field: 'location' },
  strategy: 'state',
  granularity: 'field',
  scope: 'location',
  local: ['inode', 'fileStamp', 'hashState'],
  references: { location: 'wait', parent: 'wait', content: 'null' },
  derived: [entryClosure],
});
