import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { type FollowedLibraries, followLibraries } from '../service/follow-libraries.ts';
import { homePaths } from './home-paths.ts';
import { addLibrary, listLibraryIds, newLibraryFile } from './library-file.ts';
import { listLeavingIds, markLibraryLeaving, removeLibraryAside, setLibraryAside } from './library-leave.ts';

let dir: string;
const paths = () => homePaths(dir);
const soon = { timeout: 20_000, interval: 5 };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-leave-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a library that is left is opened by nobody any more, and stands aside for its owner only', async () => {
  const kept = await addLibrary(paths(), newLibraryFile({ name: 'kept' }));
  const left = await addLibrary(paths(), newLibraryFile({ name: 'left' }));
  await markLibraryLeaving(left.paths);
  await markLibraryLeaving(left.paths);
  expect(await listLibraryIds(paths())).toEqual([kept.libraryId]);
  expect(await listLeavingIds(paths())).toEqual([left.libraryId]);

  const aside = await setLibraryAside(paths(), left.libraryId, Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(aside).toBe(join(paths().libraries, `left-${left.libraryId}-20260102T030405000Z`));
  expect((await stat(aside)).mode & 0o777).toBe(0o700);
  expect(await readdir(aside)).toEqual(['library.json']);
  expect(await listLeavingIds(paths())).toEqual([]);
  // It may come back while the old folder stands there.
  await addLibrary(paths(), left);
  await removeLibraryAside(aside);
  expect(await listLibraryIds(paths())).toEqual([kept.libraryId, left.libraryId].sort());
});

test('a service says that a library is gone only when it has closed it', async () => {
  const library = await addLibrary(paths(), newLibraryFile({ name: 'left' }));
  const { promise: closing, resolve: close } = Promise.withResolvers<void>();
  let isClosing = false;
  const followed: FollowedLibraries<{ close(): Promise<void> }> = await followLibraries({
    paths: paths(),
    log: silentLog(),
    pollMs: 5,
    open: () => ({
      close: () => {
        isClosing = true;
        return closing;
      },
    }),
  });
  const codeOf = () => {
    try {
      followed.require(library.libraryId);
      return 'open';
    } catch (error) {
      return (error as { readonly code: string }).code;
    }
  };
  await markLibraryLeaving(library.paths);
  await vi.waitFor(() => expect(isClosing).toBe(true), soon);
  expect(codeOf()).toBe('unavailable');
  close();
  await vi.waitFor(() => expect(codeOf()).toBe('not-found'), soon);
  await followed.stop();
});

test('a home without libraries has none that is left', async () => {
  expect(await listLeavingIds(paths())).toEqual([]);
});
