import { chmod } from 'node:fs/promises';
import { type Adopted, adoptStrays, keyRing, openLibrary, rebuildDerived } from '@shoal/library';
import { inspectLibrary } from '@shoal/library/inspect';
import { loadModels, type ModelSet, memberSchemas } from '@shoal/models';
import {
  type Home,
  type HomeLibrary,
  homeHolder,
  listLibraries,
  lockHome,
  readHome,
  requirePlace,
} from '@shoal/service-kit';
import { openEntries } from './check-home.ts';
import { listHome } from './list-home.ts';

/**
 * Mends what can be mended without a choice: takes rights from others than the owner, makes derived tables anew that are not
 * as their source rows say (DEP-6), and syncs what another program wrote, or takes it back (S2-32), holding the lock of the
 * home, so that no service writes meanwhile; while the device runs databases stay as they are. Answers what was done, a line each. Throws as `readHome`, `home-elsewhere`.
 */
export async function repair(dir: string): Promise<readonly string[]> {
  const home = await readHome(dir);
  await requirePlace(home);
  return [...(await closeRights(home)), ...(await mendAll(home))];
}

async function closeRights({ paths }: Home): Promise<string[]> {
  const own = process.getuid?.();
  const open = openEntries(await listHome(paths.dir)).filter(({ uid }) => uid === own);
  for (const { path, mode } of open) await chmod(path, mode & 0o700);
  return open.map(({ path }) => `took all rights to ${path} from others than its owner`);
}

async function mendAll(home: Home): Promise<string[]> {
  if ((await homeHolder(home.paths)) !== undefined) return [];
  const models = await loadModels(home.config.models);
  const lock = await lockHome(home.paths);
  try {
    const done: string[] = [];
    for (const library of await listLibraries(home.paths))
      done.push(...(await mendIn(home, library, models)));
    return done;
  } finally {
    await lock.release();
  }
}

async function mendIn(
  { config }: Home,
  library: HomeLibrary,
  { models, migrations }: ModelSet,
): Promise<string[]> {
  const { paths, libraryId, keys, currentKey, name, role } = library;
  if (role === 'hub') return [];
  const seen = inspectLibrary(paths.libraryDb, { models, migrations, isDeep: false });
  if (seen.kind !== 'read' || seen.content === null) return [];
  const { derived, strays } = seen.content;
  if (!derived?.length && strays?.length === 0) return [];
  const opened = openLibrary({
    path: paths.libraryDb,
    libraryId,
    device: config.deviceId,
    ring: keyRing(keys, currentKey),
    models,
    migrations,
    schemas: memberSchemas,
  });
  try {
    if (derived?.length) await rebuildDerived(opened);
    const made = (derived ?? []).map(({ table }) => `made ${table} of ${name} anew`);
    return [...made, ...(await adoptStrays(opened)).map((adopted) => describeAdopted(name, adopted))];
  } finally {
    opened.close();
  }
}

const doneByKind: Readonly<Record<Adopted['stray']['kind'], readonly [adopted: string, refused: string]>> = {
  changed: ['synced what another program had changed of', 'took back what another program had changed of'],
  added: ['synced what another program had added:', 'left what another program had added and is not synced:'],
  removed: [
    'deleted, as another program had removed its row,',
    'showed again what another program had removed:',
  ],
};

function describeAdopted(library: string, { stray: { kind, ref }, refused }: Adopted): string {
  const [adopted, taken] = doneByKind[kind];
  const what = `${ref.model} ${ref.id} in ${library}`;
  return refused === null ? `${adopted} ${what}` : `${taken} ${what} (${refused.message})`;
}
