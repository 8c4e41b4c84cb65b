import { basename, dirname, join, sep } from 'node:path';
import { type DeviceId, limits, type RecordId } from '@shoal/core';
import type { LibraryReader, ViewRecord } from '@shoal/library';
import { type FindEntriesReply, type FoundEntry, uuidToBytes } from '@shoal/proto';

const noBytes = Buffer.alloc(0);

/**
 * The entries of absolute paths of this device, in their order: of locations within each other the inner one counts, and
 * below it one name after the other is looked up, each folder once, however many entries the library has.
 */
export function findEntries(
  reader: LibraryReader,
  device: DeviceId,
  paths: readonly string[],
): FindEntriesReply {
  const locations = reader.find('location', { device }, limits.locationsMax);
  const findersById = new Map(locations.map((location) => [location.id, entryFinder(reader, location)]));
  const entries = paths.map((path): FoundEntry => {
    const location = innermost(locations, path);
    if (location === undefined) return { entryId: noBytes, locationId: noBytes };
    const id = findersById.get(location.id)!(path);
    return { entryId: id === null ? noBytes : uuidToBytes(id), locationId: uuidToBytes(location.id) };
  });
  return { entries };
}

/** Finds entries of one location by their paths, each of which is at or below its own; null: not indexed. */
function entryFinder(reader: LibraryReader, location: ViewRecord): (path: string) => RecordId | null {
  const idByPath = new Map<string, RecordId | null>();
  const find = (path: string): RecordId | null => {
    if (path === pathOf(location)) return location.fields.get('root_entry') as RecordId | null;
    const known = idByPath.get(path);
    if (known !== undefined) return known;
    const parent = find(dirname(path));
    const [child] = parent === null ? [] : reader.find('entry', { parent, name: basename(path) }, 1);
    idByPath.set(path, child?.id ?? null);
    return child?.id ?? null;
  };
  return find;
}

function innermost(locations: readonly ViewRecord[], path: string): ViewRecord | undefined {
  return locations
    .filter((it) => path === pathOf(it) || path.startsWith(join(pathOf(it), sep)))
    .sort((a, b) => pathOf(b).length - pathOf(a).length)[0];
}

function pathOf(location: ViewRecord): string {
  return String(location.fields.get('path'));
}
