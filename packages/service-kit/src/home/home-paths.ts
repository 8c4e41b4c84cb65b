import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LibraryId } from '@shoal/core';

/** The four services of a device, by the names of their files and subjects. */
export const serviceNames = ['capture', 'log-store', 'ingest', 'gateway'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Where the files of one home lie. All are absolute; none needs to exist. */
export interface HomePaths {
  readonly dir: string;
  readonly config: string;
  readonly token: string;
  readonly lock: string;
  /** Where the home lay when it ran last (REP-6). */
  readonly place: string;
  readonly libraries: string;
  readonly run: string;
  readonly logs: string;
  readonly natsConfig: string;
  readonly natsRun: string;
  serviceRun(service: ServiceName): string;
  serviceLog(service: ServiceName | 'nats'): string;
  library(id: LibraryId): LibraryPaths;
}

/** Where the files of one library of a home lie. */
export interface LibraryPaths {
  readonly dir: string;
  readonly file: string;
  readonly libraryDb: string;
  readonly syncDb: string;
  /** There while the library is paused. */
  readonly paused: string;
}

/** The home where none is named. */
export function defaultHome(): string {
  return join(homedir(), '.shoal');
}

/** The paths of a home; a pure function of its folder. */
export function homePaths(home: string): HomePaths {
  const dir = resolve(home);
  const run = join(dir, 'run');
  const logs = join(dir, 'logs');
  const libraries = join(dir, 'libraries');
  return {
    dir,
    config: join(dir, 'config.json'),
    token: join(dir, 'token'),
    lock: join(dir, 'lock'),
    place: join(dir, 'place.json'),
    libraries,
    run,
    logs,
    natsConfig: join(run, 'nats.conf'),
    natsRun: join(run, 'nats.json'),
    serviceRun: (service) => join(run, `${service}.json`),
    serviceLog: (service) => join(logs, `${service}.log`),
    library: (id) => libraryPaths(join(libraries, id)),
  };
}

/** The paths of a library by its folder. */
export function libraryPaths(dir: string): LibraryPaths {
  return {
    dir,
    file: join(dir, 'library.json'),
    libraryDb: join(dir, 'library.db'),
    syncDb: join(dir, 'sync.db'),
    paused: join(dir, 'paused'),
  };
}
