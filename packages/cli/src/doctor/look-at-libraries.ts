import { uuidToBytes } from '@shoal/client';
import type { LibraryId } from '@shoal/core';
import { inspectLibrary } from '@shoal/library/inspect';
import { inspectLog } from '@shoal/log-store/inspect';
import { loadModels, type ModelSet } from '@shoal/models';
import { type Home, type HomeLibrary, type HomePaths, listLibraryIds, readLibrary } from '@shoal/service-kit';
import { openDevice } from '../ask/with-device.ts';
import { describeStatus } from '../show/describe-status.ts';
import { readDeviceNames } from '../show/device-names.ts';
import { printable } from '../show/printable.ts';
import { judgeLibraryDb, judgeSyncDb } from './check-database.ts';
import { checkHub } from './check-hub.ts';
import { judgeStatus } from './check-status.ts';
import { attempt, type Finding, ofLibrary, ok } from './finding.ts';

export interface LookAtLibrariesOptions {
  readonly paths: HomePaths;
  /** Undefined: nothing can be asked of the services. */
  readonly home: Home | undefined;
  readonly isRunning: boolean;
  readonly isDeep: boolean;
}

/** Looks at all libraries of a device: their files, and while it runs what its services say. Changes nothing. */
export async function lookAtLibraries(options: LookAtLibrariesOptions): Promise<readonly Finding[]> {
  const { paths } = options;
  const ids: LibraryId[] = [];
  const listed = await attempt('libraries', async () => {
    ids.push(...(await listLibraryIds(paths)));
    return ids.length > 0
      ? []
      : [ok('libraries', 'none yet: `shoal library create NAME` or `shoal library join FILE`')];
  });
  let models: ModelSet | undefined;
  const loaded = await attempt('models', async () => {
    const file = options.home?.config.models ?? null;
    models = await loadModels(file);
    return file === null ? [] : [ok('models', `${models.models.length} models, by ${file}`)];
  });
  const findings = [...loaded, ...listed];
  // One after the other: each reads a file through.
  for (const id of ids) findings.push(...(await lookAtLibrary(id, { ...options, models })));
  return findings;
}

async function lookAtLibrary(
  id: LibraryId,
  options: LookAtLibrariesOptions & { readonly models: ModelSet | undefined },
): Promise<readonly Finding[]> {
  const { paths, home, isRunning, isDeep, models } = options;
  let library: HomeLibrary | undefined;
  const read = await attempt('library.json', async () => {
    library = await readLibrary(paths, id);
    return [];
  });
  const place = paths.library(id);
  const moment = { isRunning, nowMs: Date.now() };
  const isHub = library?.role === 'hub';
  const findings = [
    ...read,
    ...(await attempt('library.db', () =>
      isHub || models === undefined
        ? []
        : judgeLibraryDb(inspectLibrary(place.libraryDb, { ...models, isDeep }), moment),
    )),
    ...(await attempt('sync.db', () => judgeSyncDb(inspectLog(place.syncDb, { isDeep }), moment))),
  ];
  const hub = library?.hub;
  if (hub !== undefined) findings.push(...(await attempt('hub', async () => [await checkHub(hub)])));
  if (isRunning && home !== undefined && library !== undefined) {
    findings.push(...(await attempt('status', () => askStatus(home, id, hub !== undefined))));
  }
  return ofLibrary(printable(library?.name ?? id), findings);
}

async function askStatus({ paths }: Home, id: LibraryId, hasHub: boolean): Promise<readonly Finding[]> {
  const { gateway } = await openDevice(paths.dir);
  try {
    const libraryId = uuidToBytes(id);
    const [status, names] = await Promise.all([
      gateway.getStatus({ libraryId }),
      readDeviceNames(gateway, libraryId),
    ]);
    const described = describeStatus(status, { home: paths.dir, names });
    return judgeStatus(described, { nowMs: Date.now(), hasHub });
  } finally {
    gateway.close();
  }
}
