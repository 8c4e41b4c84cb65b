import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId, LibraryId } from '@shoal/core';
import { migrateLibrary, openSyncedLibrary, type SyncedLibrary } from '@shoal/library';
import { builtInModels, DeviceEntity, EntryEntity, TagEntity, TempFileEntity } from '@shoal/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEntries, createLocation, createTag, renameTag } from '../examples/files/writing.ts';
import { root } from './source-files.ts';

/** The guide to the calls that write: its parts are those of an example, which is run; its refusals happen. */
const guide = readFileSync(join(root, 'docs/guides/writing.md'), 'utf8');
const device = '00000000-0000-4000-8000-000000000001' as DeviceId;
let folder: string;
let shoal: SyncedLibrary;
let other: SyncedLibrary;

async function open(name: string): Promise<SyncedLibrary> {
  const path = join(folder, name);
  await migrateLibrary(path, builtInModels.migrations);
  return openSyncedLibrary({
    ...{ ...builtInModels, path, device },
    libraryId: '11111111-1111-4111-8111-111111111111' as LibraryId,
    ring: { currentKeyId: 1, keysById: new Map([[1, Buffer.alloc(32, 7)]]) },
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-guide-'));
  [shoal, other] = [await open('a.db'), await open('b.db')];
});
afterAll(async () => {
  await shoal.close();
  await other.close();
  rmSync(folder, { recursive: true });
});

test('[S2-38] what the guide shows of the calls stands in an example that compiles', () => {
  const example = readFileSync(join(root, 'examples/files/writing.ts'), 'utf8');
  const parts = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, part = '']) => part);
  expect(parts).toHaveLength(4);
  for (const part of parts) expect(example).toContain(part);
});

test('[S2-38] the example runs: a tag, a location, entries in bulk', async () => {
  await shoal.transactional(async (em) => {
    em.create(DeviceEntity, { uuid: device, name: 'a', slug: 'a' });
  });
  await createTag(shoal, 'music');
  await renameTag(shoal, 'music', 'sound');
  const tags = await shoal.fork().find(TagEntity, {}, { orderBy: { canonicalName: 'asc' } });
  expect(tags.map(({ canonicalName }) => canonicalName)).toEqual(['sound', 'was-music']);
  const location = await createLocation(shoal, device, '/music');
  const names = Array.from({ length: 1_500 }, (_, at) => `song-${at}`);
  expect(await createEntries(shoal, location, names)).toEqual({ captured: 1_500, skipped: [] });
  expect(await shoal.fork().count(EntryEntity, { uuid: { $ne: null } })).toBe(1_500);
});

test('[S2-37] each wrong use of the guide is refused in the words that stand there', async () => {
  const em = shoal.fork();
  const entry = await em.findOneOrFail(EntryEntity, { name: 'song-0' });
  const tag = em.create(TagEntity, { canonicalName: 'loose' }, { persist: false });
  const file = em.create(TempFileEntity, { path: '/tmp/x' } as never, { persist: false });
  const uses: readonly (() => Promise<unknown>)[] = [
    () => shoal.syncModel(entry, 'update'),
    () => shoal.transactional(() => shoal.syncModel(tag, 'insert')),
    () => shoal.syncModel({ id: 1, version: '', canonicalName: 'plain' } as never, 'insert'),
    () => shoal.syncModel(file as never, 'insert'),
    () => shoal.syncModelWithDb(tag, 'insert', other.fork()),
    () => em.nativeUpdate(TagEntity, { canonicalName: 'sound' }, { color: 'red' }),
  ];
  const [, table = ''] = guide.split('| you wrote | it says |');
  const said = [...table.matchAll(/^\| .+ \| `(.+)` \|$/gm)].map(([, words]) => words!);
  expect(said).toHaveLength(uses.length);
  for (const [at, use] of uses.entries()) await expect(use(), said[at]).rejects.toThrow(said[at]);
});
