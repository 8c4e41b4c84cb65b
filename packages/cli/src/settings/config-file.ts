import { readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { asShoalError, ShoalError } from '@shoal/core';
import { makeFolder, writePrivateFile } from '@shoal/service-kit';

/** The configuration file of a person, as it stands. */
export interface ConfigFile {
  readonly path: string;
  /** What is in it by key, unchecked; empty where there is none, or it is broken. */
  readonly entries: Readonly<Record<string, unknown>>;
  /** Why it cannot be used. */
  readonly problem?: ShoalError;
}

/** Where the file lies, and whether somebody named it: then it has to be there. */
export interface ConfigPlace {
  readonly path: string;
  readonly isNamed: boolean;
}

/** The place that a flag or SHOAL_CONFIG names, else below `$XDG_CONFIG_HOME`, else below `~/.config`. */
export function configPlace(options: {
  readonly named?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}): ConfigPlace {
  const { named, environment } = options;
  const wanted = named ?? environment.SHOAL_CONFIG;
  if (wanted) return { path: resolve(wanted), isNamed: true };
  const { XDG_CONFIG_HOME: xdg = '' } = environment;
  const folder = isAbsolute(xdg) ? xdg : join(homedir(), '.config');
  return { path: join(folder, 'shoal', 'config.json'), isNamed: false };
}

/** Reads the file; one that is not there says nothing. Never throws: what is wrong with it is its `problem`. */
export function readConfigFile({ path, isNamed }: ConfigPlace): ConfigFile {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { path, entries: { ...value } };
    }
    return { path, entries: {}, problem: broken(path, 'expected a JSON object of settings') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { path, entries: {}, ...(isNamed ? { problem: missing(path) } : {}) };
    }
    const problem =
      error instanceof SyntaxError ? broken(path, 'it is no JSON', error) : unreadable(path, error);
    return { path, entries: {}, problem };
  }
}

/**
 * Writes one entry, or takes it out (`undefined`), and leaves all others as they are (0600). A file that is no JSON is
 * set aside as `config.json.broken`; answers whether it was. Throws `storage-failed`.
 */
export async function changeConfigFile(
  path: string,
  key: string,
  value: unknown,
): Promise<{ readonly isSetAside: boolean }> {
  const { entries, problem } = readConfigFile({ path, isNamed: false });
  if (problem?.code === 'storage-failed') throw problem;
  const isSetAside = problem !== undefined;
  if (isSetAside) setAside(path);
  else await makeFolder(dirname(path));
  const { [key]: _, ...others } = entries;
  const next = value === undefined ? others : { ...others, [key]: value };
  await writePrivateFile(path, `${JSON.stringify(next, null, 2)}\n`);
  return { isSetAside };
}

function setAside(path: string): void {
  try {
    renameSync(path, `${path}.broken`);
  } catch (error) {
    throw new ShoalError('storage-failed', `${path} could not be set aside: ${asShoalError(error).message}`);
  }
}

function broken(path: string, what: string, cause?: unknown): ShoalError {
  const remedy = 'correct it, or write it anew with `shoal config set`';
  return new ShoalError('damaged-file', `${path}: ${what}; ${remedy}`, { field: 'config' }, cause);
}

function missing(path: string): ShoalError {
  return new ShoalError('not-found', `there is no configuration file ${path}`, { field: 'config' });
}

function unreadable(path: string, cause: unknown): ShoalError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new ShoalError('storage-failed', `${path} could not be read: ${reason}`, { field: 'config' }, cause);
}
