import { stat } from 'node:fs/promises';
import { type LibraryId, limits } from '@shoal/core';
import { type HomePaths, type LibraryPaths, readServiceRun, serviceNames } from '@shoal/service-kit';

/**
 * The safety net under hints: a hint may be lost (a service that died between commit and hint, a bus that was down),
 * and a watcher must hear of it within `watchPollMs` all the same.
 */
export interface MissedHints {
  /** A hint of that library came in. */
  heard(library: LibraryId): void;
  stop(): void;
}

export interface MissedHintsOptions {
  readonly paths: HomePaths;
  readonly libraries: () => readonly { readonly libraryId: LibraryId; readonly paths: LibraryPaths }[];
  readonly missed: (library?: LibraryId) => void;
  readonly onError: (error: unknown) => void;
  readonly pollMs?: number;
}

/** A service commits first and hints then; housekeeping commits follow within this. */
const settleMs = 1_000;

/** Looks every `pollMs` whether a database was written and nobody said so, or a service that writes it restarted. */
export function watchMissedHints(options: MissedHintsOptions): MissedHints {
  const heardMs = new Map<LibraryId, number>();
  const seenMs = new Map<LibraryId, number>();
  let writers: string | undefined;
  let isLooking = false;

  const look = async () => {
    const now = await writersOf(options.paths);
    if (writers !== undefined && now !== writers) options.missed();
    writers = now;
    for (const { libraryId, paths } of options.libraries()) {
      const writtenMs = await lastWrittenMs(paths);
      const seen = seenMs.get(libraryId) ?? writtenMs;
      seenMs.set(libraryId, writtenMs);
      const isUntold = writtenMs > seen && writtenMs > (heardMs.get(libraryId) ?? 0) + settleMs;
      if (isUntold) options.missed(libraryId);
    }
  };
  const lookOnce = () => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(options.onError)
      .finally(() => {
        isLooking = false;
      });
  };
  // The first look only notes where things stand.
  lookOnce();
  const timer = setInterval(lookOnce, options.pollMs ?? limits.watchPollMs);
  return {
    heard: (library) => void heardMs.set(library, Date.now()),
    stop: () => clearInterval(timer),
  };
}

/** Which processes write the databases now; one that restarted may have died before its last hint. */
async function writersOf(paths: HomePaths): Promise<string> {
  const writers = serviceNames.filter((name) => name === 'capture' || name === 'ingest');
  const runs = await Promise.all(writers.map((name) => readServiceRun(paths, name)));
  return runs.map((run) => (run === undefined ? '-' : `${run.pid}@${run.startTime}`)).join(' ');
}

/** Every commit in WAL mode touches the `-wal` file, or the database at a checkpoint. */
async function lastWrittenMs({ libraryDb }: LibraryPaths): Promise<number> {
  const times = await Promise.all(
    [libraryDb, `${libraryDb}-wal`].map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found?.mtimeMs ?? 0;
    }),
  );
  return Math.max(...times);
}
