import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { type DeviceId, ShoalError } from '@shoal/core';
import { type Home, readHome, writeHomeConfig } from './home.ts';
import { lockHome } from './home-lock.ts';
import type { HomePaths } from './home-paths.ts';
import type { HomePlace } from './home-place.ts';
import { makeFolder } from './make-folder.ts';
import { judgeHome, rememberPlace } from './place-file.ts';
import { removeFile, storageFailed, writePrivateFile } from './private-file.ts';
import { uuidV7 } from './uuid-v7.ts';

/**
 * The answer that a home was moved: the same device lives here now (REP-6). Throws `already-exists` while the device
 * still lives where it was, as far as this machine can see; `home-in-use` while a process runs on it, also on the
 * folder that this one may be a copy of.
 */
export async function acceptMoved(dir: string): Promise<Home> {
  const home = await readHome(dir);
  const lock = await lockHome(home.paths);
  try {
    const verdict = await judgeHome(home.paths);
    if (verdict.kind === 'elsewhere' && !verdict.isOtherMachine) await refuseTwin(home, verdict.from);
    await rememberPlace(home.paths);
    return home;
  } finally {
    await lock.release();
  }
}

/**
 * The answer that a home is a copy: it becomes a new device, with a token of its own (REP-6). Its libraries stay, with
 * all that they hold; what belongs to the device that it was copied from is another device's from now on (MRG-5). Cut
 * off in between it asks again. Throws `home-in-use` while a process runs on this home.
 */
export async function acceptCopied(dir: string, options: { readonly name?: string } = {}): Promise<Home> {
  const { paths, config } = await readHome(dir);
  // Lock and records came with the copy: what they name runs on the other home, and is left alone.
  if ((await judgeHome(paths)).kind === 'elsewhere') await removeFile(paths.lock);
  const lock = await lockHome(paths);
  try {
    await forgetProcesses(paths);
    await writePrivateFile(paths.token, `${randomBytes(32).toString('hex')}\n`);
    const deviceId = uuidV7<DeviceId>(Date.now());
    await writeHomeConfig(paths, { ...config, deviceId, name: options.name ?? `${config.name} (copy)` });
    await rememberPlace(paths);
    return await readHome(dir);
  } finally {
    await lock.release();
  }
}

async function refuseTwin({ paths, config }: Home, from: HomePlace): Promise<void> {
  const twin = await deviceAt(from.path);
  if (twin !== config.deviceId || (await isSameFolder(paths.dir, from.path))) return;
  throw new ShoalError(
    'already-exists',
    `the device "${config.name}" still lives in ${from.path}: remove that folder, or answer \`shoal home copied\``,
    { field: 'home' },
  );
}

async function deviceAt(dir: string): Promise<DeviceId | undefined> {
  try {
    return (await readHome(dir)).config.deviceId;
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** The same folder can have two paths. */
async function isSameFolder(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => stat(path, { bigint: true })));
  return one!.dev === other!.dev && one!.ino === other!.ino;
}

async function forgetProcesses({ run }: HomePaths): Promise<void> {
  try {
    await rm(run, { recursive: true, force: true });
  } catch (error) {
    throw storageFailed(run, 'removed', error);
  }
  await makeFolder(run);
}
