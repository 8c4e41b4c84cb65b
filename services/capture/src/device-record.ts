import { arch, platform, release } from 'node:os';
import { formatSchemas, knownSchemas, type ModelName, type RecordId, type Value } from '@shoal/core';
import type { Library } from '@shoal/library';

/** Writes the device's own record, if something about it changed (S3-16); it says what the device can read (DEP-5). */
export async function announceDevice(library: Library, name: string, appVersion: string): Promise<void> {
  const fields = new Map<string, Value>([
    ['name', name],
    ['slug', slugOf(name)],
    ['os', `${platform()} ${release()}`],
    ['hardware_model', arch()],
    ['app_version', appVersion],
    ['schemas', formatSchemas(knownSchemas(library.store.registry))],
  ]);
  const id = library.options.device as string as RecordId;
  await library.write([{ kind: 'put', ref: { model: 'device' as ModelName, id }, fields, seen: null }]);
}

function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'device' : slug;
}
