import { uuidFromBytes } from '@shoal/client';
import { isUuid, ShoalError } from '@shoal/core';
import { listRecords } from './list-records.ts';
import { parseUuid } from './parse-argument.ts';
import type { DeviceLibrary } from './with-device.ts';

/** A volume of a library. */
export interface ListedVolume {
  readonly id: string;
  readonly name: string;
  /** The device that holds it, by id and by name; null: nobody. */
  readonly holder: string | null;
  readonly holderName: string | null;
  readonly ownerEpoch: number;
  /** Bytes. */
  readonly totalCapacity: number;
  /** Where it is mounted on the device that was asked; null: it is not. */
  readonly mountPoint: string | null;
  readonly availableSpace: number | null;
  /** Whether it can be plugged in elsewhere; null where it is not mounted. */
  readonly isMovable: boolean | null;
}

type Asked = Pick<DeviceLibrary, 'gateway' | 'libraryId'>;

/** The volumes of a library, those of other devices too. */
export async function listVolumes({ gateway, libraryId }: Asked): Promise<ListedVolume[]> {
  const names = new Map<string, string>();
  for await (const { id, fields } of listRecords(gateway, { libraryId, model: 'device' }))
    names.set(id, String(fields.name));
  const { volumes } = await gateway.listVolumes({ libraryId });
  return volumes.map((volume) => {
    const holder = volume.holderId.length === 0 ? null : uuidFromBytes(volume.holderId, 'holder_id');
    return {
      id: uuidFromBytes(volume.volumeId, 'volume_id'),
      name: volume.name,
      holder,
      holderName: holder === null ? null : (names.get(holder) ?? null),
      ownerEpoch: volume.ownerEpoch,
      totalCapacity: volume.totalCapacity,
      mountPoint: volume.isMounted ? volume.mountPoint : null,
      availableSpace: volume.isMounted ? volume.availableSpace : null,
      isMovable: volume.isMounted ? volume.isMovable : null,
    };
  });
}

/** A volume by its UUID, its name or where it is mounted here. Throws `not-found`, and `invalid-argument` where several are. */
export async function volumeIdOf(device: Asked, wanted: string): Promise<Buffer> {
  if (isUuid(wanted.toLowerCase())) return parseUuid(wanted, 'volume');
  const found = (await listVolumes(device)).filter(
    ({ name, mountPoint }) => name === wanted || mountPoint === wanted,
  );
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return parseUuid(only.id, 'volume');
  if (only === undefined)
    throw new ShoalError('not-found', `there is no volume ${wanted}`, { field: 'volume' });
  const ids = found.map(({ id }) => id).join(', ');
  throw new ShoalError('invalid-argument', `several volumes are named ${wanted}: say one of ${ids}`, {
    field: 'volume',
  });
}
