import { ShoalError } from '@shoal/core';
import { type Home, type HomeLibrary, listLibraries } from '@shoal/service-kit';

/**
 * The library of a home that `wanted` names by id or name; the only one where nothing is named. Throws `not-found`
 * if there is none, `invalid-argument` if more than one could be meant.
 */
export async function chooseLibrary(home: Home, wanted?: string): Promise<HomeLibrary> {
  return pickLibrary(await listLibraries(home.paths), wanted);
}

/** The decision of chooseLibrary. */
export function pickLibrary<L extends Pick<HomeLibrary, 'libraryId' | 'name'>>(
  libraries: readonly L[],
  wanted?: string,
): L {
  const names = libraries.map(({ name, libraryId }) => `${name} (${libraryId})`).join(', ');
  const subject = { field: 'library' };
  if (libraries.length === 0) {
    throw new ShoalError(
      'not-found',
      'this device has no library: `shoal library create` or `join`',
      subject,
    );
  }
  const found = libraries.filter(
    ({ libraryId, name }) => wanted === undefined || libraryId === wanted || name === wanted,
  );
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new ShoalError('not-found', `no library is called "${wanted}"; there is ${names}`, subject);
  throw new ShoalError('invalid-argument', `say which library is meant with --library: ${names}`, subject);
}
