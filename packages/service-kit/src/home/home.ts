import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { relative, resolve } from 'node:path';
import { type DeviceId, ShoalError } from '@shoal/core';
import { type HomePaths, homePaths } from './home-paths.ts';
import { type JsonFields, parseJsonFields } from './json-fields.ts';
import { makeFolder } from './make-folder.ts';
import { rememberPlace } from './place-file.ts';
import { createPrivateFile, readPrivateFile, writePrivateFile } from './private-file.ts';
import { uuidV7 } from './uuid-v7.ts';

/** What a device is and where it listens. A port 0 is chosen at start and written to `run/`. */
export interface HomeConfig {
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly os: string;
  readonly ports: { readonly nats: number; readonly grpc: number; readonly http: number };
  /** The module that says which models its libraries have; null: the built-in ones. */
  readonly models: string | null;
}

/** The folder of one device: who it is, and the token that guards its NATS and its gateway. */
export interface Home {
  readonly paths: HomePaths;
  readonly config: HomeConfig;
  /** 64 hex digits. Never logged. */
  readonly token: string;
}

export interface InitHomeOptions {
  readonly dir: string;
  /** For people; the host's name where none is given. */
  readonly name?: string;
  readonly ports?: Partial<HomeConfig['ports']>;
  /** A models module. */
  readonly models?: string | null;
}

const fileVersion = 1;
const nameLengthMax = 200;
const pathLengthMax = 4_096;
const portBounds = { min: 0, max: 65_535 };

/**
 * Makes a new device in `dir` (0700; files 0600). Of two calls at once one wins. Throws `already-exists` if there
 * is a device already, `invalid-argument` for a name out of bounds, `storage-failed`.
 */
export async function initHome(options: InitHomeOptions): Promise<Home> {
  const paths = homePaths(options.dir);
  const name = options.name ?? hostname();
  checkDeviceName(name);
  const deviceId = uuidV7<DeviceId>(Date.now());
  const ports = { nats: 0, grpc: 0, http: 0, ...options.ports };
  const models = options.models == null ? null : resolve(options.models);
  const config: HomeConfig = { deviceId, name, os: process.platform, ports, models };
  for (const folder of [paths.dir, paths.libraries, paths.run, paths.logs]) await makeFolder(folder);
  // The token first: a home counts as made once its config is there.
  await createPrivateFile(paths.token, `${randomBytes(32).toString('hex')}\n`);
  if (!(await createPrivateFile(paths.config, configText(paths, config)))) {
    throw new ShoalError('already-exists', `${paths.dir} is the home of a device already`, { field: 'home' });
  }
  await rememberPlace(paths);
  return readHome(paths.dir);
}

/**
 * Reads a home. Throws `not-found` if there is no device in `dir`, `damaged-file` naming file and field,
 * `version-mismatch` for a home of a newer program.
 */
export async function readHome(dir: string): Promise<Home> {
  const paths = homePaths(dir);
  const text = await readPrivateFile(paths.config);
  if (text === undefined) {
    throw new ShoalError('not-found', `no device lives in ${paths.dir}: make one with \`shoal init\``, {
      field: 'home',
    });
  }
  return { paths, config: parseConfig(text, paths), token: await readToken(paths.token) };
}

/** Writes what a home says of its device: for one that becomes another, or gets other models. Throws `storage-failed`. */
export async function writeHomeConfig(paths: HomePaths, config: HomeConfig): Promise<void> {
  checkDeviceName(config.name);
  await writePrivateFile(paths.config, configText(paths, config));
}

function configText({ dir }: HomePaths, { models, ...config }: HomeConfig): string {
  const named = models === null ? {} : { models: pathInHome(dir, models) };
  return `${JSON.stringify({ version: fileVersion, ...config, ...named }, null, 2)}\n`;
}

/** What lies in the home goes along where it is moved or copied to. */
function pathInHome(dir: string, path: string): string {
  const below = relative(dir, path);
  return below.startsWith('..') ? path : below;
}

function checkDeviceName(name: string): void {
  if (name.length === 0 || name.length > nameLengthMax || !name.isWellFormed()) {
    throw new ShoalError('invalid-argument', `"name": expected 1 to ${nameLengthMax} characters`, {
      field: 'name',
    });
  }
}

function parseConfig(text: string, { dir, config: file }: HomePaths): HomeConfig {
  const fields = parseJsonFields(text, file);
  checkFileVersion(fields.integer('version', { min: 1, max: Number.MAX_SAFE_INTEGER }), file);
  return {
    deviceId: fields.uuid<DeviceId>('deviceId'),
    name: fields.text('name', nameLengthMax),
    os: fields.text('os', nameLengthMax),
    ports: parsePorts(fields.object('ports')),
    models: fields.has('models') ? resolve(dir, fields.text('models', pathLengthMax)) : null,
  };
}

function parsePorts(fields: JsonFields): HomeConfig['ports'] {
  return {
    nats: fields.integer('nats', portBounds),
    grpc: fields.integer('grpc', portBounds),
    http: fields.integer('http', portBounds),
  };
}

/** Throws `version-mismatch` for a file of a newer program. */
export function checkFileVersion(version: number, file: string): void {
  if (version === fileVersion) return;
  throw new ShoalError(
    'version-mismatch',
    `${file} is of version ${version}, made by a newer Shoal; this one knows ${fileVersion}: update it`,
    { field: 'version' },
  );
}

async function readToken(file: string): Promise<string> {
  const token = (await readPrivateFile(file))?.trim();
  if (token === undefined || !/^[0-9a-f]{64}$/.test(token)) {
    const found = token === undefined ? 'nothing' : 'something else';
    throw new ShoalError('damaged-file', `${file}: expected 64 hex digits, found ${found}`, {
      field: 'token',
    });
  }
  return token;
}
