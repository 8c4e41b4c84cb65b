import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ShoalError } from '@shoal/core';
import { parseInteger } from '../ask/parse-argument.ts';

/** What the demo is asked to do, checked. */
export interface DemoPlan {
  /** Where hub and devices live. */
  readonly dir: string;
  /** The folder to index; undefined: the sample that the demo makes. */
  readonly folder: string | undefined;
  readonly deviceCount: number;
  readonly isOnce: boolean;
}

export interface DemoArguments {
  readonly path?: string | undefined;
  readonly home?: string | undefined;
  readonly devices: string;
  readonly once?: boolean | undefined;
}

/** Names of the homes go from `device-a` to `device-z`. */
const devicesMax = 26;

/**
 * Checks what the demo is asked, before anything is made. Throws `not-a-folder` for a PATH that is none,
 * `invalid-argument` where the devices would live within the folder that they index, or within one another.
 */
export async function planDemo(args: DemoArguments): Promise<DemoPlan> {
  const deviceCount = parseInteger(args.devices, 'devices', { min: 1, max: devicesMax });
  const dir = resolve(args.home ?? join(homedir(), '.shoal-demo'));
  const folder = args.path === undefined ? undefined : resolve(args.path);
  if (folder !== undefined) {
    await checkFolder(folder);
    if (isWithin(folder, dir)) {
      throw new ShoalError(
        'invalid-argument',
        `the devices would live in ${dir}, within the folder that they index: name another place by --home`,
        { field: 'home' },
      );
    }
  }
  return { dir, folder, deviceCount, isOnce: args.once === true };
}

/** `device-a`, `device-b`, … */
export function deviceNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `device-${String.fromCharCode(97 + index)}`);
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'is not there' : 'is not a folder';
  throw new ShoalError('not-a-folder', `${folder} ${what}`, { field: 'path' });
}

function isWithin(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (!path.startsWith('..') && resolve(outer, path) === inner && !path.startsWith('/'));
}
