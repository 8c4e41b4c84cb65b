import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DeviceId, LibraryId, RecordId } from '@shoal/core';
import { type Library, type LibraryOptions, migrateLibrary, openLibrary } from '@shoal/library';
import { migrations, models } from '@shoal/models';

/** A library of no fleet, in this process: what capturing costs by itself. `of`: on another device of that library. */
export async function openLocalLibrary(
  folder: string,
  of?: Pick<LibraryOptions, 'libraryId' | 'ring'>,
): Promise<{ library: Library; options: LibraryOptions }> {
  const path = join(folder, 'library.db');
  const device = randomUUID() as string as DeviceId;
  await migrateLibrary(path, migrations);
  const options: LibraryOptions = {
    path,
    libraryId: of?.libraryId ?? (randomUUID() as string as LibraryId),
    device,
    ring: of?.ring ?? { currentKeyId: 1, keysById: new Map([[1, randomBytes(32)]]) },
    models,
    migrations,
  };
  const library = openLibrary(options);
  const fields = new Map([
    ['name', 'bench'],
    ['slug', 'bench'],
  ]);
  const ref = { model: 'device', id: device as string as RecordId } as never;
  await library.write([{ kind: 'put', ref, fields, seen: null }]);
  return { library, options };
}
