import { defineEntity, p } from '@mikro-orm/core';
import type { RecordId } from '@shoal/core';
import { derivedRecordId, syncModel } from '@shoal/library';
import { syncColumns } from './sync-columns.ts';

/**
 * Who holds a volume: every device that ever claimed it, with its owner epoch (MRG-5). Anybody may add a claim, in its own
 * name; the volume, and with it its locations and their entries, is owned by the device of the greatest.
 */
export const VolumeHolderEntity = defineEntity({
  name: 'VolumeHolder',
  tableName: 'volume_holders',
  properties: {
    ...syncColumns,
    /** A JSON array of `epoch device`, which only grows. */
    claims: p.json<string[]>().onCreate(() => []),
  },
});

export const volumeHolder = syncModel(VolumeHolderEntity, {
  name: 'volume_holder',
  domain: 'index',
  ownership: { kind: 'claims', field: 'claims' },
  strategy: 'state',
  granularity: 'row',
  deletes: 'edit-wins',
  // Named as its volume is, by what never leaves the device.
  deriveId: () => null,
  priority: 8,
  dependsOn: ['device'],
  merge: { claims: 'union' },
});

/** The holder of the volume of a fingerprint in the library with that secret. */
export function volumeHolderId(secret: Buffer, fingerprint: string): RecordId {
  return derivedRecordId(secret, 'volume_holder', fingerprint);
}
