import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { DeviceEntity } from './device.ts';
import { syncColumns } from './sync-columns.ts';

/**
 * That a device belongs to the library: one record per device, on which all who write it meet (MRG-6). Nothing is
 * enforced by it yet: that admins alone write it, and what a role allows, comes with signed membership (TOP-5).
 */
export const MemberEntity = defineEntity({
  name: 'Member',
  tableName: 'library_members',
  properties: {
    ...syncColumns,
    role: p.enum(['member', 'admin']).default('member'),
    joinedAt: p.integer().nullable(),
    revokedAt: p.integer().nullable(),
    /** What this member takes of the library, as it announced it (REP-7); null: all. */
    syncFilter: p.json().nullable(),
    device: () => p.manyToOne(DeviceEntity).deleteRule('no action'),
    revokedBy: () => p.manyToOne(DeviceEntity).nullable().deleteRule('no action'),
  },
});

export const member = syncModel(MemberEntity, {
  name: 'member',
  domain: 'user-metadata',
  ownership: { kind: 'shared' },
  strategy: 'log',
  granularity: 'row',
  deletes: 'edit-wins',
  deriveId(secret, fields) {
    const device = fields.get('device');
    return typeof device === 'string' ? memberId(secret, device as RecordId) : null;
  },
  priority: 5,
  references: { device: 'wait', revokedBy: 'null' },
});

/** The membership of a device. */
export function memberId(secret: Buffer, device: RecordId): RecordId {
  return derivedRecordId(secret, 'member', device);
}
