import { ShoalError } from '@shoal/core';
import { parseJsonFields } from './json-fields.ts';
import { type LibraryFile, libraryFileText, parseLibraryFile } from './library-file.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const kind = 'shoal-invitation';

/** Writes an invitation (0600): who holds it can read the whole library. */
export async function writeInvitation(path: string, library: LibraryFile): Promise<void> {
  await writePrivateFile(path, libraryFileText(library, kind));
}

/** Reads an invitation. Throws `not-found`, `damaged-file` naming the field, `version-mismatch`. */
export async function readInvitation(path: string): Promise<LibraryFile> {
  const text = await readPrivateFile(path);
  if (text === undefined) {
    throw new ShoalError('not-found', `there is no invitation ${path}`, { field: 'invitation' });
  }
  const fields = parseJsonFields(text, path);
  fields.literal('kind', kind);
  return parseLibraryFile(fields, path);
}
