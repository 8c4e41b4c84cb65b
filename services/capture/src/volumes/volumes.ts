import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeviceId, type ModelName, type RecordId, ShoalError, type Value } from '@shoal/core';
import type { Library, LibraryTransaction, LocalWrite } from '@shoal/library';
import { volumeId } from '@shoal/models';
import { type Disks, linuxDisks } from './disks.ts';
import { type FoundVolume, mountedVolumes, volumeAt } from './found-volume.ts';
import { volumeRows } from './volume-rows.ts';
import { claimsOn, type LocationVolume, takeOverVolume, useVolume } from './volume-writes.ts';

/** How a volume of the library stands, for people. */
export interface VolumeState {
  readonly id: RecordId;
  readonly name: string;
  /** The device that holds it, and since which epoch; null: nobody. */
  readonly holder: { readonly device: DeviceId; readonly epoch: number } | null;
  readonly totalCapacity: number;
  /** Where it is mounted here; null: it is not. */
  readonly mounted: { readonly mountPoint: string; readonly availableSpace: number | null } | null;
  readonly isMovable: boolean | null;
}

/** The volumes of one library, as far as they are this device's business (MRG-5). */
export interface Volumes {
  /** What a location at a real path is put on: to be written with it. Null where the system does not tell. */
  at(path: string): Promise<((transaction: LibraryTransaction) => LocationVolume) | null>;
  list(): Promise<VolumeState[]>;
  /**
   * Takes over a volume that is plugged in here, with the locations on it; answers which. Throws `not-found` for a volume
   * that the library does not have, or that is not mounted here.
   */
  claim(id: RecordId): Promise<readonly RecordId[]>;
}

/** Opens the volumes of a library. */
export function openVolumes(options: {
  readonly library: Library;
  readonly secret: Buffer;
  readonly disks?: Disks;
}): Volumes {
  const { library, secret, disks = linuxDisks } = options;
  const { device } = library.options;
  const rows = volumeRows(library);
  const scope = (transaction: LibraryTransaction) => ({ transaction, secret, device });
  const mountedById = async () => {
    const found = await mountedVolumes(disks, device);
    return new Map(found.map((volume) => [volumeId(secret, volume.fingerprint), volume]));
  };
  return {
    async at(path) {
      const found = await volumeAt(disks, device, path);
      return found === null ? null : (transaction) => useVolume(scope(transaction), found);
    },
    async list() {
      const mounted = await mountedById();
      return library.transaction((transaction) =>
        rows.all().map(({ id, name, totalCapacity, holder }) => {
          const [claim] = claimsOn({ transaction }, holder);
          const found = mounted.get(id);
          return {
            ...{ id, name, totalCapacity, isMovable: found?.isMovable ?? null },
            holder: claim === undefined ? null : { device: claim.device, epoch: claim.epoch },
            mounted:
              found === undefined
                ? null
                : { mountPoint: found.mountPoint, availableSpace: found.availableSpace },
          };
        }),
      );
    },
    async claim(id) {
      const row = rows.all().find((volume) => volume.id === id);
      const found = (await mountedById()).get(id);
      if (row === undefined || found === undefined) {
        const reason =
          row === undefined ? 'the library has no such volume' : `${row.name} is not plugged in here`;
        throw new ShoalError('not-found', `volume ${id}: ${reason}`, { field: 'volume_id', record: id });
      }
      const locations = await Promise.all(
        rows.locationsOn(row.holder).map(async ({ id: location, path }) => ({
          location,
          path: await pathOn(found, path),
        })),
      );
      await library.transaction((transaction) => {
        const moves = locations.map(({ location, path }) => moveWrite(device, location, path));
        transaction.capture([...takeOverVolume(scope(transaction), found), ...moves]);
      });
      return locations.map(({ location }) => location);
    },
  };
}

/** The location is this device's from now on, where its folder is here. */
function moveWrite(device: DeviceId, id: RecordId, path: string): LocalWrite {
  const fields = new Map<string, Value>([
    ['device', device],
    ['path', path],
  ]);
  return {
    ...{ kind: 'put', ref: { model: 'location' as ModelName, id }, fields, seen: null },
    local: { scan_state: 'pending', error_message: null },
  };
}

/**
 * Where a folder of the former holder is here: as much of the end of its path as there is below the mount point. Where
 * the former holder had mounted it no other device is told.
 */
async function pathOn({ mountPoint }: FoundVolume, path: string): Promise<string> {
  const names = path.split('/').filter((name) => name !== '');
  for (let from = 0; from < names.length; from++) {
    const candidate = join(mountPoint, ...names.slice(from));
    if (await isFolder(candidate)) return candidate;
  }
  return mountPoint;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}
