import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  appVersion,
  type HomePaths,
  homeHolder,
  ownIdentity,
  type ProcessIdentity,
  takeBack,
  writePrivateFile,
} from '@shoal/service-kit';

/** The supervisor of a device, once all of the device is ready. */
export interface SupervisorRun extends ProcessIdentity {
  readonly version: string;
}

/** Says in `run/supervisor.json` (0600) that the device that this process runs is ready. */
export async function writeSupervisorRun(paths: HomePaths): Promise<void> {
  const run: SupervisorRun = { ...ownIdentity(), version: appVersion };
  await writePrivateFile(fileOf(paths), `${JSON.stringify(run)}\n`);
}

/** Takes that back. */
export async function removeSupervisorRun(paths: HomePaths): Promise<void> {
  await takeBack(fileOf(paths));
}

/** The supervisor that holds the home and said that the device is ready; undefined where there is none. */
export async function readSupervisorRun(paths: HomePaths): Promise<SupervisorRun | undefined> {
  const holder = await homeHolder(paths);
  const run = parseRun(await readFile(fileOf(paths), 'utf8').catch(() => ''));
  if (holder === undefined || run === undefined) return undefined;
  return run.pid === holder.pid && run.startTime === holder.startTime ? run : undefined;
}

function fileOf({ run }: HomePaths): string {
  return join(run, 'supervisor.json');
}

/** One that does not parse was never whole, or is not ours: nobody said anything. */
function parseRun(text: string): SupervisorRun | undefined {
  try {
    const { pid, startTime, version } = JSON.parse(text);
    const isRun = typeof pid === 'number' && typeof startTime === 'string' && typeof version === 'string';
    return isRun ? { pid, startTime, version } : undefined;
  } catch {
    return undefined;
  }
}
