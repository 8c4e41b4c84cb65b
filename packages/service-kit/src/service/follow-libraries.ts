import { asShoalError, type LibraryId, limits, ShoalError } from '@shoal/core';
import type { HomePaths } from '../home/home-paths.ts';
import { librariesChange } from '../home/libraries-change.ts';
import { type HomeLibrary, listLibraryIds, readLibrary } from '../home/library-file.ts';
import { isLibraryThere } from '../home/library-leave.ts';
import { isLibraryPaused } from '../home/library-pause.ts';
import type { Log } from '../log.ts';

/** What a service keeps for one library. */
export interface LibraryPart {
  /** The library was paused, or is to go on (ING-4); how it was at first stands in `HomeLibrary.isPaused`. */
  setPaused?(isPaused: boolean): void;
  close(): Promise<void> | void;
}

/** The libraries of a home as a service has them open. */
export interface FollowedLibraries<Part extends LibraryPart> {
  /**
   * The part of a library. Throws `not-found`; while it is there and not open yet what kept it from opening, by the code
   * of that: `version-mismatch`, `disk-full`; `unavailable` for a bug, and where it was added a moment ago.
   */
  require(id: LibraryId): Part;
  /** The part of a library; undefined where it is not open. */
  find(id: LibraryId): Part | undefined;
  list(): readonly { readonly library: HomeLibrary; readonly part: Part }[];
  /** Closes all parts, after what is being opened. */
  stop(): Promise<void>;
}

export interface FollowLibrariesOptions<Part extends LibraryPart> {
  readonly paths: HomePaths;
  readonly open: (library: HomeLibrary) => Promise<Part> | Part;
  readonly log: Log;
  readonly pollMs?: number;
}

interface OpenLibrary<Part> {
  readonly library: HomeLibrary;
  readonly part: Part;
}

/**
 * Opens a part for each library of a home, now and whenever one appears; closes it when the library's folder goes.
 * What pauses and goes on is told of it. A library that cannot be opened is told once per reason, tried again at each look, and holds up no other.
 * Resolves after the first look.
 */
export async function followLibraries<Part extends LibraryPart>(
  options: FollowLibrariesOptions<Part>,
): Promise<FollowedLibraries<Part>> {
  const { paths, log, pollMs = limits.librariesPollMs } = options;
  const opened = new Map<LibraryId, OpenLibrary<Part>>();
  const reasonById = new Map<LibraryId, ShoalError>();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const openOne = async (id: LibraryId) => {
    try {
      const library = await readLibrary(paths, id);
      opened.set(id, { library, part: await options.open(library) });
      reasonById.delete(id);
      log.info({ library: id }, 'library opened');
    } catch (error) {
      const reason = asShoalError(error);
      const { code, message } = reason;
      if (reasonById.get(id)?.message !== message)
        log.warn({ library: id, code, reason: message }, 'library not opened');
      reasonById.set(id, reason);
    }
  };
  const lookAtPause = async (entry: OpenLibrary<Part>) => {
    const isPaused = await isLibraryPaused(entry.library.paths);
    if (isPaused === entry.library.isPaused) return;
    const { library, part } = entry;
    opened.set(library.libraryId, { library: { ...library, isPaused }, part });
    part.setPaused?.(isPaused);
    log.info({ library: library.libraryId, isPaused }, isPaused ? 'library paused' : 'library goes on');
  };
  const closeOne = async (id: LibraryId) => {
    const entry = opened.get(id);
    // Gone only when it is closed: who waits for that moves its files away then.
    reasonById.set(id, new ShoalError('unavailable', 'it is being closed'));
    opened.delete(id);
    await entry?.part.close();
    reasonById.delete(id);
  };
  const look = async () => {
    const ids = new Set(await listLibraryIds(paths));
    for (const id of ids) if (!opened.has(id) && !isStopped) await openOne(id);
    for (const id of [...opened.keys()]) if (!ids.has(id)) await closeOne(id);
    for (const entry of [...opened.values()]) await lookAtPause(entry);
    for (const id of [...reasonById.keys()]) if (!ids.has(id)) reasonById.delete(id);
  };
  const mayHaveChanged = librariesChange(paths);
  mayHaveChanged();
  let looking = look();
  await looking;
  const lookAgain = () => {
    if (!mayHaveChanged() && reasonById.size === 0) return schedule();
    looking = look().catch((error: unknown) => log.warn({ err: error }, 'libraries could not be read'));
    void looking.then(schedule);
  };
  const schedule = () => {
    if (!isStopped) timer = setTimeout(lookAgain, pollMs);
  };
  schedule();

  return {
    require: (id) => {
      const entry = opened.get(id);
      if (entry !== undefined) return entry.part;
      const reason = reasonById.get(id);
      const subject = { field: 'library_id', library: id };
      if (reason !== undefined) {
        const code = reason.code === 'internal' ? 'unavailable' : reason.code;
        throw new ShoalError(code, `library ${id} is not open: ${reason.message}`, subject, reason);
      }
      if (isLibraryThere(paths.library(id)))
        throw new ShoalError('unavailable', `library ${id} was just added and is being opened`, subject);
      throw new ShoalError('not-found', `this device has no library ${id}`, subject);
    },
    find: (id) => opened.get(id)?.part,
    list: () => [...opened.values()],
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await looking;
      for (const id of [...opened.keys()]) await closeOne(id);
    },
  };
}
