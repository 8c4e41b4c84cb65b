import { fileURLToPath } from 'node:url';
import { type HomePaths, readServiceRun, type ServiceName } from '@shoal/service-kit';
import type { ChildSpec } from './child-spec.ts';
import { compileCacheFolder } from './compile-cache.ts';

/** One of the four services of a home as a process of its own. */
export function serviceChild(
  name: ServiceName,
  options: { readonly paths: HomePaths; readonly environment: Readonly<Record<string, string>> },
): ChildSpec {
  const { paths, environment } = options;
  return {
    name,
    command: process.execPath,
    args: [mainFile(name), '--home', paths.dir],
    environment: { NODE_COMPILE_CACHE: compileCacheFolder(), ...environment, SHOAL_SUPERVISED: '1' },
    logFile: paths.serviceLog(name),
    isReady: async (pid) => (await readServiceRun(paths, name))?.pid === pid,
  };
}

function mainFile(name: ServiceName): string {
  return fileURLToPath(import.meta.resolve(`@shoal/${name}`));
}
