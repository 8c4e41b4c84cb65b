import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromJson, type GatewayClient, uuidFromBytes, uuidToBytes } from '@shoal/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryIdOf } from './entry-of-file.ts';

const own = '0198c0de-0000-7000-8000-00000000000a';
const other = '0198c0de-0000-7000-8000-00000000000b';
const uuid = (index: number) => `0198c0de-0000-7000-8000-${String(index).padStart(12, '0')}`;

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'shoal-entry-')));
  await mkdir(join(folder, 'pics', 'sub'), { recursive: true });
  await symlink(join(folder, 'pics'), join(folder, 'link'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Locations `pics` and, within it, `pics/sub`, and what other devices have under the same path. */
async function find(wanted: string): Promise<string> {
  const location = (id: number, device: string, path: string) =>
    [uuid(id), { device, name: '', path }] as const;
  const entry = (id: number, of: number, parent: number | null, name: string) =>
    [uuid(id), { location: uuid(of), parent: parent === null ? null : uuid(parent), name }] as const;
  const rows: Readonly<Record<string, readonly (readonly [string, object])[]>> = {
    location: [
      location(1, own, join(folder, 'pics')),
      location(2, own, join(folder, 'pics', 'sub')),
      location(3, other, join(folder, 'theirs')),
    ],
    entry: [
      // A child may come before its parent.
      entry(10, 1, 12, 'a.txt'),
      entry(11, 1, null, 'pics'),
      entry(12, 1, 11, 'deep'),
      entry(13, 1, 11, 'a.txt'),
      entry(20, 2, null, 'sub'),
      entry(21, 2, 20, 'a.txt'),
    ],
  };
  const gateway = {
    getStatus: async () => ({ capture: undefined }),
    listRecords: async ({ model }: { readonly model: string }) => ({
      records: rows[model]!.map(([id, fields]) => ({
        model,
        recordId: uuidToBytes(id),
        fields: fromJson(fields),
        version: [],
      })),
      next: Buffer.alloc(0),
    }),
  } as unknown as GatewayClient;
  const home = { config: { deviceId: own } } as never;
  return uuidFromBytes(await entryIdOf({ gateway, home, libraryId: Buffer.alloc(16) }, wanted), 'id');
}

test('a file is found by its path, at its place and at no other of that name', async () => {
  expect(await find(join(folder, 'pics', 'a.txt'))).toBe(uuid(13));
  expect(await find(join(folder, 'pics', 'deep', 'a.txt'))).toBe(uuid(10));
  expect(await find(join(folder, 'link', 'a.txt'))).toBe(uuid(13));
  expect(await find(join(folder, 'pics'))).toBe(uuid(11));
});

test('of locations within each other the inner one counts; a UUID stands for itself', async () => {
  expect(await find(join(folder, 'pics', 'sub', 'a.txt'))).toBe(uuid(21));
  expect(await find(uuid(77))).toBe(uuid(77));
});

test('what lies in no location of this device, or is not indexed, is told apart', async () => {
  for (const path of ['theirs', 'pics-and-more'])
    await expect(find(join(folder, path))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('in no location of this device'),
    });
  await expect(find(join(folder, 'pics', 'deep', 'b.txt'))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('not in the index'),
  });
});
