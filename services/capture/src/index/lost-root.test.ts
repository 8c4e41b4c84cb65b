import { cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from './testing/temp-folder.ts';
import { blindWatch, eventually, hasty, startTestIndexer } from './testing/test-indexer.ts';

/**
 * The hazard: the disk of a location is unplugged, its mount point stays, and a comparison takes what is not there for
 * deleted, on every device. The method: the root is renamed away, others take its place, and it comes back.
 */
const quiet = { limits: { ...hasty, rootPollMs: 20 }, watchFolder: blindWatch };

async function indexed() {
  const folder = tempFolder();
  const root = join(folder.path, 'volume');
  const away = join(folder.path, 'away');
  mkdirSync(join(root, 'deep'), { recursive: true });
  for (const name of ['a', 'b', 'deep/c']) writeFileSync(join(root, name), `content of ${name}`);
  const run = await startTestIndexer({ path: root, ...quiet });
  await run.indexer.rescan(1);
  return {
    root,
    run,
    before: run.store.keysByPath(),
    unplug: () => renameSync(root, away),
    plugIn: () => {
      rmSync(root, { recursive: true, force: true });
      renameSync(away, root);
    },
    untilState: (state: string) =>
      eventually(
        () => run.indexer.status(1)?.state === state,
        20_000,
        () => state,
      ),
    async [Symbol.asyncDispose]() {
      await run.indexer.stop();
      folder[Symbol.dispose]();
    },
  };
}

const unavailable = { code: 'location-unavailable' };

test('a root that is gone is noticed without a hint, deletes nothing, and is followed again when it is back', async () => {
  await using location = await indexed();
  const { run, before } = location;
  const writes = run.store.applied.length;
  location.unplug();
  await location.untilState('unavailable');
  expect(run.indexer.status(1)?.error).toMatch(/volume is not there; its entries stay/);
  await expect(run.indexer.rescan(1)).rejects.toMatchObject(unavailable);
  mkdirSync(location.root);
  await expect(run.indexer.rescan(1)).rejects.toMatchObject(unavailable);
  expect(run.store.keysByPath()).toEqual(before);
  location.plugIn();
  await location.untilState('watching');
  expect(run.store.keysByPath()).toEqual(before);
  expect(run.store.applied.length).toBe(writes);
  expect(run.indexer.status(1)?.error).toBeNull();
});

test('a mount point with a stray file in it, or another disk, deletes nothing', async () => {
  await using location = await indexed();
  const { run, root, before } = location;
  location.unplug();
  mkdirSync(join(root, 'deep'), { recursive: true });
  writeFileSync(join(root, 'a'), 'of another camera');
  writeFileSync(join(root, '.stray'), '');
  await expect(run.indexer.rescan(1)).rejects.toMatchObject(unavailable);
  expect(run.indexer.status(1)?.error).toMatch(/another folder .* --accept-new-root/);
  expect(run.store.keysByPath()).toEqual(before);
  location.plugIn();
  rmSync(join(root, 'b'));
  await location.untilState('watching');
  await run.indexer.rescan(1);
  // What was deleted on the disk while it was away is a true change.
  expect([...run.store.keysByPath().keys()].sort()).toEqual(['', 'a', 'deep', 'deep/c']);
});

test('also at a start, and for a disk that was pulled out while nothing ran', async () => {
  await using location = await indexed();
  const { run, root, before } = location;
  await run.indexer.stop();
  location.unplug();
  mkdirSync(root);
  writeFileSync(join(root, '.stray'), '');
  await using again = await startTestIndexer({ path: root, store: run.store, ...quiet });
  await eventually(() => again.indexer.status(1)?.state === 'unavailable', 20_000);
  expect(again.store.keysByPath()).toEqual(before);
});

test('a folder that a person really replaced is the location from when that is said', async () => {
  await using location = await indexed();
  const { run, root } = location;
  location.unplug();
  mkdirSync(root);
  writeFileSync(join(root, 'new'), 'new');
  await location.untilState('unavailable');
  const counts = await run.indexer.rescan(1, { acceptsRoot: true });
  expect(counts).toMatchObject({ created: 1, deleted: 4 });
  expect([...run.store.keysByPath().keys()]).toEqual(['', 'new']);
  await run.indexer.rescan(1);
  expect(run.indexer.status(1)?.state).toBe('watching');
});

test('a copy put back in its place, as from a backup, is known by its files', async () => {
  await using location = await indexed();
  const { run, root, before } = location;
  location.unplug();
  cpSync(join(root, '..', 'away'), root, { recursive: true, preserveTimestamps: true });
  rmSync(join(root, 'b'));
  utimesSync(join(root, 'deep'), 1, 1);
  await run.indexer.rescan(1);
  const after = run.store.keysByPath();
  expect([...after.keys()].sort()).toEqual(['', 'a', 'deep', 'deep/c']);
  expect(after.get('deep/c')).toBe(before.get('deep/c'));
});

test('a location without anything in it takes whatever folder comes', async () => {
  using folder = tempFolder();
  const root = join(folder.path, 'volume');
  mkdirSync(root);
  await using run = await startTestIndexer({ path: root, ...quiet });
  await run.indexer.rescan(1);
  renameSync(root, join(folder.path, 'away'));
  mkdirSync(root);
  writeFileSync(join(root, 'new'), 'new');
  await run.indexer.rescan(1);
  expect([...run.store.keysByPath().keys()]).toEqual(['', 'new']);
});
