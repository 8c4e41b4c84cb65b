import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isUuid, type LibraryId, ShoalError } from '@shoal/core';
import { checkFileVersion } from './home.ts';
import { type HomePaths, type LibraryPaths, libraryPaths } from './home-paths.ts';
import { type Hub, hubOf } from './hub-file.ts';
import { type JsonFields, parseJsonFields } from './json-fields.ts';
import { isLibraryLeaving } from './library-leave.ts';
import { isLibraryPaused } from './library-pause.ts';
import { makeFolder } from './make-folder.ts';
import { isErrno, readPrivateFile, storageFailed, writePrivateFile } from './private-file.ts';
import { uuidV7 } from './uuid-v7.ts';

/** One key of a library's ring. */
export interface LibraryKey {
  readonly id: number;
  /** Base64 of 32 bytes. Never logged. */
  readonly key: string;
}

/** What a device must know to take part in a library: its keys, the secret of derived ids, its hub. */
export interface LibraryFile {
  readonly libraryId: LibraryId;
  readonly name: string;
  readonly keys: readonly LibraryKey[];
  /** The key that seals what is written now. */
  readonly currentKey: number;
  /** Base64 of 32 bytes (MRG-6). Never logged. */
  readonly secret: string;
  readonly hub?: Hub;
  /** Keeps the log for others: without keys and secret, which are empty here, nothing of it can be read (TOP-4). */
  readonly role?: 'hub';
}

/** A library of a home, with its place. */
export interface HomeLibrary extends LibraryFile {
  readonly paths: LibraryPaths;
  /** Whether it was paused when it was read; `LibraryPart.setPaused` tells of changes. */
  readonly isPaused: boolean;
}

const nameLengthMax = 200;
const keysMax = 1_000;
const keyIdMax = 0xffff_ffff;

/** A new library: fresh id, key and secret. Throws `invalid-argument` for a name out of bounds. */
export function newLibraryFile(options: { readonly name: string; readonly hub?: Hub }): LibraryFile {
  const { name, hub } = options;
  if (name.length === 0 || name.length > nameLengthMax || !name.isWellFormed()) {
    throw new ShoalError('invalid-argument', `"name": expected 1 to ${nameLengthMax} characters`, {
      field: 'name',
    });
  }
  return {
    libraryId: uuidV7<LibraryId>(Date.now()),
    name,
    keys: [{ id: 1, key: randomBytes(32).toString('base64') }],
    currentKey: 1,
    secret: randomBytes(32).toString('base64'),
    ...(hub === undefined ? {} : { hub }),
  };
}

/** What of a library a hub may know, to keep its log: no key and no secret. */
export function hubLibraryFile({ libraryId, name }: LibraryFile): LibraryFile {
  return { libraryId, name, keys: [], currentKey: 0, secret: '', role: 'hub' };
}

/**
 * Puts a library into a home, whether its services run or not: the folder appears whole, by one rename. Throws
 * `already-exists` if the home has that library, `storage-failed`.
 */
export async function addLibrary(paths: HomePaths, library: LibraryFile): Promise<HomeLibrary> {
  await makeFolder(paths.libraries);
  const place = paths.library(library.libraryId);
  // A name that is no UUID is no library to those who look.
  const temporary = libraryPaths(join(paths.libraries, `.new-${library.libraryId}-${process.pid}`));
  await makeFolder(temporary.dir);
  try {
    await writePrivateFile(temporary.file, libraryFileText(library));
    await rename(temporary.dir, place.dir);
  } catch (error) {
    await rm(temporary.dir, { recursive: true, force: true });
    if (error instanceof ShoalError) throw error;
    if (isErrno(error, 'ENOTEMPTY') || isErrno(error, 'EEXIST')) {
      throw new ShoalError('already-exists', `this device has the library "${library.name}" already`, {
        library: library.libraryId,
      });
    }
    throw storageFailed(place.dir, 'made', error);
  }
  return { ...library, paths: place, isPaused: false };
}

/**
 * Tells a library of a home where its hub is now; writes nothing where that is known. A supervisor that runs takes it
 * up. Throws as `readLibrary`, `storage-failed`.
 */
export async function changeLibraryHub(paths: HomePaths, id: LibraryId, hub: Hub): Promise<void> {
  const { paths: place, isPaused: _, ...library } = await readLibrary(paths, id);
  const text = libraryFileText({ ...library, hub });
  if (text !== libraryFileText(library)) await writePrivateFile(place.file, text);
}

/** Reads one library of a home. Throws `not-found`, `damaged-file` naming the field, `version-mismatch`. */
export async function readLibrary(paths: HomePaths, id: LibraryId): Promise<HomeLibrary> {
  const place = paths.library(id);
  const text = await readPrivateFile(place.file);
  if (text === undefined) {
    throw new ShoalError('not-found', `this device has no library ${id}`, {
      field: 'library_id',
      library: id,
    });
  }
  const library = parseLibraryFile(parseJsonFields(text, place.file), place.file);
  if (library.libraryId !== id) {
    throw new ShoalError('damaged-file', `${place.file}: "libraryId" is not that of its folder`, {
      field: 'libraryId',
    });
  }
  return { ...library, paths: place, isPaused: await isLibraryPaused(place) };
}

/** The ids of the libraries of a home, in order; what is being made, or left, is not among them. */
export async function listLibraryIds(paths: HomePaths): Promise<LibraryId[]> {
  try {
    const names = await readdir(paths.libraries);
    const ids = names.filter(isUuid).sort() as LibraryId[];
    const areLeaving = await Promise.all(ids.map((id) => isLibraryLeaving(paths.library(id))));
    return ids.filter((_, at) => !areLeaving[at]);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw storageFailed(paths.libraries, 'read', error);
  }
}

/** All libraries of a home. One damaged file fails the whole: `followLibraries` is for those who go on. */
export async function listLibraries(paths: HomePaths): Promise<HomeLibrary[]> {
  const ids = await listLibraryIds(paths);
  return Promise.all(ids.map((id) => readLibrary(paths, id)));
}

/** The text of a library's file; with a `kind` of an invitation. */
export function libraryFileText(library: LibraryFile, kind?: string): string {
  const { libraryId, name, keys, currentKey, secret, hub, role } = library;
  const known = role === 'hub' ? { role } : { keys, currentKey, secret };
  const file = { ...(kind && { kind }), version: 1, libraryId, name, ...known, hub };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Checks the content of a library's file, or of an invitation. */
export function parseLibraryFile(fields: JsonFields, file: string): LibraryFile {
  checkFileVersion(fields.integer('version', { min: 1, max: Number.MAX_SAFE_INTEGER }), file);
  const common = {
    libraryId: fields.uuid<LibraryId>('libraryId'),
    name: fields.text('name', nameLengthMax),
    ...(fields.has('hub') ? { hub: hubOf(fields.object('hub'), file) } : {}),
  };
  if (fields.has('role')) {
    return { ...common, keys: [], currentKey: 0, secret: '', role: fields.literal('role', 'hub') };
  }
  const keys = fields.objects('keys', keysMax).map((key) => ({
    id: key.integer('id', { min: 1, max: keyIdMax }),
    key: key.base64('key', 32),
  }));
  const currentKey = fields.integer('currentKey', { min: 1, max: keyIdMax });
  if (!keys.some((key) => key.id === currentKey)) {
    throw new ShoalError('damaged-file', `${file}: "currentKey" names no key of the ring`, {
      field: 'currentKey',
    });
  }
  return { ...common, keys, currentKey, secret: fields.base64('secret', 32) };
}
