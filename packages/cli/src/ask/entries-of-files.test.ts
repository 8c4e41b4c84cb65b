import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayClient, uuidFromBytes, uuidToBytes } from '@shoal/client';
import { limits } from '@shoal/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { entryIdsOf } from './entries-of-files.ts';

const uuid = (index: number) => `0198c0de-0000-7000-8000-${String(index).padStart(12, '0')}`;
const none = Buffer.alloc(0);

let folder: string;
let asked: string[][];
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'shoal-entry-')));
  await mkdir(join(folder, 'pics', 'sub'), { recursive: true });
  await symlink(join(folder, 'pics'), join(folder, 'link'));
});
beforeEach(() => {
  asked = [];
});
afterAll(() => rm(folder, { recursive: true }));

/** A gateway that knows `pics` and files in it that are called by a number. */
async function find(...wanted: string[]): Promise<string[]> {
  const gateway: Pick<GatewayClient, 'findEntries'> = {
    findEntries: async ({ paths }) => {
      asked.push(paths);
      return {
        entries: paths.map((path) => {
          const [, name] = /\/pics\/(.*)$/.exec(path) ?? [];
          if (name === undefined) return { entryId: none, locationId: none };
          const entryId = /^\d+$/.test(name) ? uuidToBytes(uuid(Number(name))) : none;
          return { entryId, locationId: uuidToBytes(uuid(0)) };
        }),
      };
    },
  };
  const ids = await entryIdsOf({ gateway, libraryId: Buffer.alloc(16) }, wanted);
  return ids.map((id) => uuidFromBytes(id, 'id'));
}

test('files are asked for by their paths without links, and the answers stand in the order given', async () => {
  expect(await find(join(folder, 'link', '7'), join(folder, 'pics', 'sub', '..', '3'))).toEqual([
    uuid(7),
    uuid(3),
  ]);
  expect(asked).toEqual([[join(folder, 'pics', '7'), join(folder, 'pics', '3')]]);
  // A link is an entry itself.
  await expect(find(join(folder, 'link'))).rejects.toMatchObject({ code: 'not-found' });
  expect(asked.at(-1)).toEqual([join(folder, 'link')]);
});

test('a UUID stands for itself, between files too, and alone asks nothing of the device', async () => {
  expect(await find(uuid(77).toUpperCase())).toEqual([uuid(77)]);
  expect(asked).toEqual([]);
  expect(await find(join(folder, 'pics', '1'), uuid(77), join(folder, 'pics', '2'))).toEqual([
    uuid(1),
    uuid(77),
    uuid(2),
  ]);
});

test('[S2-15] thousands of files are asked for in as few calls as there may be', async () => {
  const many = Array.from({ length: 2 * limits.pathsMax + 500 }, (_, index) =>
    join(folder, 'pics', String(index)),
  );
  expect(await find(...many)).toEqual(many.map((_, index) => uuid(index)));
  expect(asked.map(({ length }) => length)).toEqual([limits.pathsMax, limits.pathsMax, 500]);
});

test('what lies in no location of this device, or is not indexed, is told apart', async () => {
  await expect(find(join(folder, 'theirs'))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('in no location of this device'),
  });
  await expect(find(join(folder, 'pics', '1'), join(folder, 'pics', 'deep'))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('not in the index'),
  });
});
