import { type Registry, ShoalError } from '@shoal/core';
import { isLibraryReady, type LibraryReader, openLibraryReader } from '@shoal/library';
import type { ModelSet } from '@shoal/models';
import { type LibraryInfo, uuidToBytes } from '@shoal/proto';
import type { Home, HomeLibrary, LibraryPart } from '@shoal/service-kit';

/** One library as the gateway sees it: read-only, on connections of its own. */
export interface GatewayLibrary extends LibraryPart {
  readonly library: HomeLibrary;
  readonly info: LibraryInfo;
  readonly registry: Registry;
  /** The shared reader. Throws `unavailable` until capture has made and migrated library.db. */
  reader(): LibraryReader;
  /** A reader that holds one read transaction for long, as a dump does; its caller closes it. */
  openReader(): LibraryReader;
}

/** Opens nothing yet: the database may come later than the library's folder. */
export function gatewayLibrary(
  home: Home,
  library: HomeLibrary,
  { models, migrations, registry }: ModelSet,
): GatewayLibrary {
  const { paths } = library;
  let shared: LibraryReader | undefined;
  const openReader = () => {
    if (!isLibraryReady(paths.libraryDb, migrations)) {
      const message = `library ${library.libraryId} is being prepared`;
      throw new ShoalError('unavailable', message, { library: library.libraryId });
    }
    return openLibraryReader(paths.libraryDb, models);
  };
  return {
    library,
    info: {
      libraryId: uuidToBytes(library.libraryId),
      name: library.name,
      deviceId: uuidToBytes(home.config.deviceId),
      libraryDb: paths.libraryDb,
      syncDb: paths.syncDb,
    },
    registry,
    openReader,
    reader: () => {
      shared ??= openReader();
      return shared;
    },
    close: () => shared?.close(),
  };
}
