import { arch, platform, release } from 'node:os';
import type { ModelName, RecordId, Value } from '@shoal/core';
import type { Library } from '@shoal/library';

/** Writes the device's own record, if something about it changed (S3-16). */
export async function announceDevice(library: Library, name: string, appVersion: string): Promise<void> {
  const fields = new Map<string, Value>([
    ['name', name],
    ['slug', slugOf(name)],
    ['os', `${platform()} ${release()}`],
    ['hardware_model', arch()],
    ['app_version', appVersion],
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
