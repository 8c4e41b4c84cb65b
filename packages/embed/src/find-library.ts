import { ShoalError } from '@shoal/core';
import { type HomeLibrary, type HomePaths, listLibraries } from '@shoal/service-kit';

/**
 * The library of a home by its id or its name, or the only one there is. Throws `not-found`, naming those that there are,
 * and `invalid-argument` where it is not said which of several is meant, or it is one whose keys this device lacks.
 */
export async function findLibrary(paths: HomePaths, named: string | undefined): Promise<HomeLibrary> {
  const all = (await listLibraries(paths)).filter(({ role }) => role !== 'hub');
  const names = all.map(({ name }) => `"${name}"`).join(', ') || 'none';
  const found =
    named === undefined ? all : all.filter(({ libraryId, name }) => libraryId === named || name === named);
  const [library, another] = found;
  if (library === undefined) {
    const message = `${paths.dir} has no library ${named === undefined ? '' : `"${named}" `}that can be opened; there are: ${names}`;
    throw new ShoalError('not-found', message, { field: 'library' });
  }
  if (another !== undefined) {
    throw new ShoalError(
      'invalid-argument',
      `"library": say by its id or name which one is meant; there are: ${names}`,
      {
        field: 'library',
      },
    );
  }
  return library;
}
