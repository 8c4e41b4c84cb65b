import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { uuidFromBytes } from '@shoal/client';
import { isUuid, ShoalError } from '@shoal/core';
import { listRecords } from './list-records.ts';
import { parseUuid } from './parse-argument.ts';
import type { DeviceLibrary } from './with-device.ts';

/** What it takes to ask a device for its locations. */
type AskedDevice = Omit<DeviceLibrary, 'libraryName'>;

/** A location of a library; state and counts are known of our own only. */
export interface ListedLocation {
  readonly id: string;
  readonly device: string;
  readonly name: string;
  readonly path: string;
  /** `pending`, `scanning`, `watching`, `unavailable`, `failed`; `remote` for those of other devices. */
  readonly state: string;
  readonly entries: number | null;
  readonly skipped: number | null;
  /** Of `skipped`: `ignored`, `unreadable`, `socket`, `fifo`, `device`. */
  readonly skippedByReason: Readonly<Record<string, number>> | null;
  /** Why it is `unavailable` or `failed`; null otherwise. */
  readonly error: string | null;
}

/** The locations of a library, those of other devices too. */
export async function listLocations({
  gateway,
  libraryId,
}: Pick<DeviceLibrary, 'gateway' | 'libraryId'>): Promise<ListedLocation[]> {
  const { capture } = await gateway.getStatus({ libraryId });
  const statusById = new Map(
    (capture?.locations ?? []).map((status) => [uuidFromBytes(status.locationId, 'location_id'), status]),
  );
  const locations: ListedLocation[] = [];
  for await (const { id, fields } of listRecords(gateway, { libraryId, model: 'location' })) {
    const own = statusById.get(id);
    locations.push({
      id,
      device: String(fields.device),
      name: String(fields.name),
      path: String(fields.path),
      state: own?.state ?? 'remote',
      entries: own?.entries ?? null,
      skipped: own?.skipped ?? null,
      skippedByReason: own
        ? Object.fromEntries(own.skippedByReason.map((it) => [it.reason, it.count]))
        : null,
      error: own?.error || null,
    });
  }
  return locations;
}

/** The location of this device for a folder, if it has one. */
export async function findOwnLocation(
  device: AskedDevice,
  folder: string,
): Promise<ListedLocation | undefined> {
  const paths = new Set([resolve(folder), await realpath(folder).catch(() => resolve(folder))]);
  const own = device.home.config.deviceId;
  return (await listLocations(device)).find((it) => it.device === own && paths.has(it.path));
}

/** A location by UUID, or one of this device by its folder. Throws `not-found`. */
export async function locationIdOf(device: AskedDevice, wanted: string): Promise<Buffer> {
  if (isUuid(wanted.toLowerCase())) return parseUuid(wanted, 'location');
  const found = await findOwnLocation(device, wanted);
  if (found !== undefined) return parseUuid(found.id, 'location');
  throw new ShoalError('not-found', `this device has no location ${resolve(wanted)}`, { field: 'location' });
}
