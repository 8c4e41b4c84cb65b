import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { ShoalError } from '@shoal/core';
import { searchPath } from './config.ts';

export interface FindNatsServerOptions {
  /** A path that a setting names; then nothing else is tried. */
  readonly setting?: string | undefined;
  /** Folders to look in; the environment's PATH where it is not given. */
  readonly path?: string;
}

const program = 'nats-server';
/** Debian's package puts it here, which is often not on PATH. */
const debianFolder = '/usr/sbin';

/**
 * The path of the nats-server program: the setting, else the first on PATH, else in /usr/sbin. Throws
 * `missing-dependency` with the command that installs it.
 */
export function findNatsServer(options: FindNatsServerOptions = {}): string {
  const { setting, path = searchPath() } = options;
  if (setting !== undefined && setting !== '') {
    if (isProgram(setting)) return setting;
    throw missing(`${setting} is not a program`);
  }
  const folders = [...path.split(delimiter).filter(isAbsolute), debianFolder];
  const found = folders.map((folder) => join(folder, program)).find(isProgram);
  if (found === undefined) throw missing(`${program} is neither on PATH nor in ${debianFolder}`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: the same to whoever looks for it.
    return false;
  }
}

function missing(found: string): ShoalError {
  return new ShoalError(
    'missing-dependency',
    `${found}; install it: apt-get install nats-server (elsewhere: https://nats.io/download)`,
    { field: 'nats-server' },
  );
}
