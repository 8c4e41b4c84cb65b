import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LibraryId } from '@shoal/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { homePaths } from '../home/home-paths.ts';
import { addLibrary, newLibraryFile } from '../home/library-file.ts';
import { markLibraryLeaving } from '../home/library-leave.ts';
import { setLibraryPaused } from '../home/library-pause.ts';
import { silentLog } from '../log.ts';
import { type FollowedLibraries, followLibraries } from './follow-libraries.ts';

interface Part {
  readonly name: string;
  setPaused(isPaused: boolean): void;
  close(): void;
}

/** Against what hangs, not against a busy machine. */
const soon = { timeout: 20_000, interval: 5 };

let dir: string;
let followed: FollowedLibraries<Part>;
let closed: string[];
let pauses: boolean[];
const paths = () => homePaths(dir);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shoal-libraries-'));
  closed = [];
  pauses = [];
});
afterEach(async () => {
  await followed.stop();
  await rm(dir, { recursive: true, force: true });
});

async function follow(): Promise<void> {
  followed = await followLibraries<Part>({
    paths: paths(),
    log: silentLog(),
    pollMs: 5,
    open: ({ name, isPaused }) => {
      pauses.push(isPaused);
      return { name, setPaused: (now) => void pauses.push(now), close: () => void closed.push(name) };
    },
  });
}

const names = () => followed.list().map(({ part }) => part.name);

test('libraries there at start are open at once; one that appears is opened, one that goes is closed', async () => {
  const first = await addLibrary(paths(), newLibraryFile({ name: 'first' }));
  await follow();
  expect(names()).toEqual(['first']);
  const second = await addLibrary(paths(), newLibraryFile({ name: 'second' }));
  await vi.waitFor(() => expect(followed.require(second.libraryId).name).toBe('second'), soon);
  await rm(first.paths.dir, { recursive: true });
  await vi.waitFor(() => expect(closed).toEqual(['first']), soon);
  expect(() => followed.require(first.libraryId)).toThrow(expect.objectContaining({ code: 'not-found' }));
  await followed.stop();
  expect(closed).toEqual(['first', 'second']);
});

test('a damaged library is refused with its reason, holds up no other, and opens once mended', async () => {
  const damaged = newLibraryFile({ name: 'damaged' });
  const { paths: place } = await addLibrary(paths(), damaged);
  await writeFile(place.file, '{}');
  await addLibrary(paths(), newLibraryFile({ name: 'whole' }));
  await follow();
  expect(names()).toEqual(['whole']);
  expect(() => followed.require(damaged.libraryId)).toThrow(
    expect.objectContaining({ code: 'damaged-file', message: expect.stringContaining('"version"') }),
  );
  await writeFile(place.file, JSON.stringify({ version: 1, ...damaged }));
  await vi.waitFor(() => expect(names()).toContain('damaged'), soon);
});

test('[ING-4] a library that is paused stays so over restarts, until it is told to go on', async () => {
  const { paths: place } = await addLibrary(paths(), newLibraryFile({ name: 'first' }));
  await follow();
  await setLibraryPaused(place, true);
  await vi.waitFor(() => expect(pauses).toEqual([false, true]), soon);
  expect(statSync(place.paused).mode & 0o777).toBe(0o600);
  await followed.stop();
  await follow();
  expect(pauses).toEqual([false, true, true]);
  await setLibraryPaused(place, false);
  await setLibraryPaused(place, false);
  await vi.waitFor(() => expect(pauses).toEqual([false, true, true, false]), soon);
});

test('a library that was just added is unavailable until it is open, and one that is being left is not-found', async () => {
  await follow();
  const { libraryId, paths: place } = await addLibrary(paths(), newLibraryFile({ name: 'new' }));
  expect(() => followed.require(libraryId)).toThrow(expect.objectContaining({ code: 'unavailable' }));
  await vi.waitFor(() => expect(followed.require(libraryId).name).toBe('new'), soon);
  await markLibraryLeaving(place);
  await vi.waitFor(
    () => expect(() => followed.require(libraryId)).toThrow(expect.objectContaining({ code: 'not-found' })),
    soon,
  );
});

test('a library that nobody has is not-found', async () => {
  await follow();
  expect(() => followed.require('00000000-0000-7000-8000-000000000000' as LibraryId)).toThrow(
    expect.objectContaining({ code: 'not-found', subject: expect.objectContaining({ field: 'library_id' }) }),
  );
});
