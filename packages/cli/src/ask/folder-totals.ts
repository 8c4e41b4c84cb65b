import { countFolder, ignoredNames } from '../progress/count-folder.ts';
import { openDevice } from './with-device.ts';

/** How much there is in folders that are indexed for the first time, by path: as each is counted. */
export interface FolderTotals {
  readonly byPath: ReadonlyMap<string, number>;
  /** Begins to count a folder, once; in the background. */
  count(location: CountedLocation): void;
}

interface CountedLocation {
  readonly path: string;
  readonly locationId: Buffer;
}

/**
 * Counts folders of a library of the device in `dir` beside their indexing, for a bar; what fails leaves a folder without
 * one. Ends when aborted.
 */
export function folderTotals(
  dir: string,
  { libraryId, signal }: { readonly libraryId: Buffer; readonly signal: AbortSignal },
): FolderTotals {
  const byPath = new Map<string, number>();
  const begun = new Set<string>();
  const count = async ({ path, locationId }: CountedLocation) => {
    const ignored = await ignoredIn(dir, { libraryId, locationId });
    const total = await countFolder(path, { ignored, signal });
    if (total !== undefined) byPath.set(path, total);
  };
  return {
    byPath,
    count: (location) => {
      if (begun.has(location.path)) return;
      begun.add(location.path);
      // An estimate for a bar: without it there is a number and no bar.
      void count(location).catch(() => undefined);
    },
  };
}

/** The names that are left out in a location. */
async function ignoredIn(
  dir: string,
  location: { readonly libraryId: Buffer; readonly locationId: Buffer },
): Promise<ReadonlySet<string>> {
  const { gateway } = await openDevice(dir);
  try {
    // With nothing to change it tells the rules.
    const { patterns, defaults, defaultIgnores } = await gateway.changeIgnores({
      ...location,
      add: [],
      remove: [],
    });
    return ignoredNames([...(defaultIgnores ? defaults : []), ...patterns]);
  } finally {
    gateway.close();
  }
}
