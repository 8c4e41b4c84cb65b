import { basename } from 'node:path';
import type { DeviceId } from '@shoal/core';
import type { Disks } from './disks.ts';
import { type Mount, mountOf } from './mount-table.ts';

/** A volume that is mounted here. */
export interface FoundVolume {
  /**
   * Names it, and never leaves the device: of what can be plugged in elsewhere the UUID of its file system; of all else that
   * together with this device, as copied systems have the same UUIDs, and several devices may share one disk.
   */
  readonly fingerprint: string;
  /** Whether it can be plugged in elsewhere, so that what is on it changes hands with it (MRG-5). */
  readonly isMovable: boolean;
  readonly name: string;
  readonly mountPoint: string;
  /** Bytes. */
  readonly totalCapacity: number;
  readonly availableSpace: number | null;
}

/** Where systems mount what people plug in. */
const pluggedIn = /^\/(media|run\/media|mnt|Volumes)\//;

/** Kept apart by their types: what the system itself needs lies on no disk. */
const unreal = /^(proc|sysfs|cgroup2?|devpts|mqueue|securityfs|debugfs|tracefs|bpf|autofs|pstore)$/;

/** The volume that a real path lies on; null where the system does not tell. */
export async function volumeAt(disks: Disks, device: DeviceId, path: string): Promise<FoundVolume | null> {
  const mount = mountOf(await disks.mounts(), path);
  return mount === null ? null : describe(disks, device, mount);
}

/** All volumes that are mounted here, each where it is mounted last. */
export async function mountedVolumes(disks: Disks, device: DeviceId): Promise<FoundVolume[]> {
  const real = (await disks.mounts()).filter(({ fsType }) => !unreal.test(fsType));
  return Promise.all(real.map((mount) => describe(disks, device, mount)));
}

async function describe(disks: Disks, device: DeviceId, mount: Mount): Promise<FoundVolume> {
  const { mountPoint, source, fsType } = mount;
  const uuid = await disks.uuidOf(source);
  const isMovable = uuid !== null && (pluggedIn.test(mountPoint) || (await disks.isRemovable(mount)));
  const space = await disks.space(mountPoint);
  return {
    fingerprint: isMovable ? `uuid ${uuid}` : `of ${device} ${uuid ?? `${fsType} ${source} ${mountPoint}`}`,
    isMovable,
    name: basename(mountPoint) || mountPoint,
    mountPoint,
    totalCapacity: space?.total ?? 0,
    availableSpace: space?.available ?? null,
  };
}
