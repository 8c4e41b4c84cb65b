import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { syncColumns } from './sync-columns.ts';
import { VolumeHolderEntity } from './volume-holder.ts';

/**
 * A disk, card or share that locations lie on, described by the device that holds it. By its fingerprint, which stays
 * on the device, it is the same record wherever it is plugged in, and changes hands by a claim (MRG-5).
 */
export const VolumeEntity = defineEntity({
  name: 'Volume',
  tableName: 'volumes',
  properties: {
    ...syncColumns,
    name: p.string(),
    totalCapacity: p.integer().default(0),
    tracked: p.boolean().default(false),
    displayName: p.string().nullable(),
    color: p.string().nullable(),
    icon: p.string().nullable(),
    holder: () => p.manyToOne(VolumeHolderEntity).deleteRule('no action'),
    fingerprint: p.string().nullable(),
    mountPoint: p.string().nullable(),
    availableSpace: p.integer().nullable(),
    mounted: p.boolean().default(false),
  },
});

export const volume = syncModel(VolumeEntity, {
  name: 'volume',
  domain: 'index',
  ownership: { kind: 'through', field: 'holder' },
  strategy: 'state',
  granularity: 'row',
  deletes: 'edit-wins',
  // Its name follows from what never leaves the device, so from none of its fields: whoever makes one gives it.
  deriveId: () => null,
  priority: 10,
  local: ['fingerprint', 'mountPoint', 'availableSpace', 'mounted'],
  references: { holder: 'wait' },
});

/** The volume of a fingerprint in the library with that secret. */
export function volumeId(secret: Buffer, fingerprint: string): RecordId {
  return derivedRecordId(secret, 'volume', fingerprint);
}
