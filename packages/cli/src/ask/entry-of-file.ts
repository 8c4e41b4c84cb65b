import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { isUuid, ShoalError } from '@shoal/core';
import { listRecords } from './list-records.ts';
import { type ListedLocation, listLocations } from './locations.ts';
import { parseUuid } from './parse-argument.ts';
import type { DeviceLibrary } from './with-device.ts';

/**
 * The record of a file or folder, by its UUID or, where a location of this device holds it, by its path; of locations
 * within each other the inner one counts. A path takes a look at every entry of the library. Throws `not-found`, saying
 * whether it lies in no location or is not indexed.
 */
export async function entryIdOf(device: Omit<DeviceLibrary, 'libraryName'>, wanted: string): Promise<Buffer> {
  if (isUuid(wanted.toLowerCase())) return parseUuid(wanted, 'target');
  const path = await withoutLinks(resolve(wanted));
  const location = innermost(await listLocations(device), device.home.config.deviceId, path);
  if (location === undefined) {
    throw new ShoalError(
      'not-found',
      `${path} lies in no location of this device: index its folder with \`shoal location add\`, or name its record of the model entry by UUID`,
      { field: 'target' },
    );
  }
  const names = relative(location.path, path).split(sep);
  const idByPlace = new Map<string, string>();
  let id: string | undefined;
  for await (const { id: entry, fields } of listRecords(device.gateway, { ...device, model: 'entry' })) {
    if (fields.location !== location.id) continue;
    if (fields.parent === null) id = entry;
    else if (names.includes(String(fields.name))) idByPlace.set(placeOf(fields.parent, fields.name), entry);
  }
  for (const name of names) if (name !== '') id = idByPlace.get(placeOf(id, name));
  if (id !== undefined) return parseUuid(id, 'target');
  throw new ShoalError('not-found', `${path} is not in the index of this device`, { field: 'target' });
}

/** The folders on the way as they are, the last name as it was given: a link is an entry itself. */
async function withoutLinks(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  return join(folder, basename(path));
}

function innermost(
  locations: readonly ListedLocation[],
  deviceId: string,
  path: string,
): ListedLocation | undefined {
  return locations
    .filter((it) => it.device === deviceId && (path === it.path || path.startsWith(join(it.path, sep))))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** No name has a slash. */
function placeOf(parent: unknown, name: unknown): string {
  return `${parent}/${name}`;
}
