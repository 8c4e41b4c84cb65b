import { execFile } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ShoalError } from '@shoal/core';
import { writePrivateFile } from '@shoal/service-kit';
import type { ServiceDefinition } from './service-definition.ts';

/** How an init system and a device stand to each other. */
export interface ServiceState {
  /** `other`: a file is there that runs something else, as a program in another place. */
  readonly installed: 'no' | 'yes' | 'other';
  /** Null where the system cannot be asked. */
  readonly isActive: boolean | null;
}

const askMs = 20_000;
const run = promisify(execFile);

/** Writes the file. Throws `storage-failed`. */
export async function writeService({ file, text }: ServiceDefinition): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw new ShoalError('storage-failed', `${dirname(file)} could not be made`, {}, error);
  }
  await writePrivateFile(file, text);
}

/** Removes the file; answers whether there was one. Throws `storage-failed`. */
export async function removeService({ file }: ServiceDefinition): Promise<boolean> {
  const wasThere = (await readService(file)) !== undefined;
  try {
    await rm(file, { force: true });
  } catch (error) {
    throw new ShoalError('storage-failed', `${file} could not be removed`, {}, error);
  }
  return wasThere;
}

/** Whether this person's init system can be asked: in a container, or as another user, it often cannot. */
export async function canAsk({ system }: ServiceDefinition): Promise<boolean> {
  return system === 'systemd'
    ? isDone(['systemctl', '--user', 'show-environment'])
    : isDone(['launchctl', 'list']);
}

/** How it is. */
export async function serviceState(definition: ServiceDefinition): Promise<ServiceState> {
  const found = await readService(definition.file);
  const installed = found === undefined ? 'no' : found.includes(definition.commandText) ? 'yes' : 'other';
  return { installed, isActive: (await canAsk(definition)) ? await isDone(definition.isActive) : null };
}

/** Runs commands one after the other. Throws `unavailable` with what the first that failed says. */
export async function runAll(commands: readonly (readonly string[])[]): Promise<void> {
  for (const [program = '', ...args] of commands) {
    try {
      await run(program, args, { timeout: askMs });
    } catch (error) {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
      throw new ShoalError('unavailable', `\`${[program, ...args].join(' ')}\` failed: ${said}`, {}, error);
    }
  }
}

async function isDone([program = '', ...args]: readonly string[]): Promise<boolean> {
  try {
    await run(program, args, { timeout: askMs });
    return true;
  } catch {
    // Not there, or it says no: both mean the same to the callers.
    return false;
  }
}

async function readService(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ShoalError('storage-failed', `${file} could not be read`, {}, error);
  }
}
