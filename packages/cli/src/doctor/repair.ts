import { chmod } from 'node:fs/promises';
import { keyRing, openLibrary, rebuildDerived } from '@shoal/library';
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
 * Mends what can be mended without a choice: takes rights from others than the owner, and makes derived tables anew that
 * are not as their source rows say (DEP-6), holding the lock of the home, so that no service writes meanwhile; while the
 * device runs they stay as they are. Answers what was done, a line each. Throws as `readHome`, `home-elsewhere`.
 */
export async function repair(dir: string): Promise<readonly string[]> {
  const home = await readHome(dir);
  await requirePlace(home);
  return [...(await closeRights(home)), ...(await rebuildAll(home))];
}

async function closeRights({ paths }: Home): Promise<string[]> {
  const own = process.getuid?.();
  const open = openEntries(await listHome(paths.dir)).filter(({ uid }) => uid === own);
  for (const { path, mode } of open) await chmod(path, mode & 0o700);
  return open.map(({ path }) => `took all rights to ${path} from others than its owner`);
}

async function rebuildAll(home: Home): Promise<string[]> {
  if ((await homeHolder(home.paths)) !== undefined) return [];
  const models = await loadModels(home.config.models);
  const lock = await lockHome(home.paths);
  try {
    const done: string[] = [];
    for (const library of await listLibraries(home.paths))
      done.push(...(await rebuildIn(home, library, models)));
    return done;
  } finally {
    await lock.release();
  }
}

async function rebuildIn(
  { config }: Home,
  library: HomeLibrary,
  { models, migrations }: ModelSet,
): Promise<string[]> {
  const { paths, libraryId, keys, currentKey, name, role } = library;
  if (role === 'hub') return [];
  const seen = inspectLibrary(paths.libraryDb, { models, migrations, isDeep: false });
  const derived = seen.kind === 'read' ? (seen.content?.derived ?? []) : [];
  if (derived.length === 0) return [];
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
    await rebuildDerived(opened);
  } finally {
    opened.close();
  }
  return derived.map(({ table }) => `made ${table} of ${name} anew`);
}
