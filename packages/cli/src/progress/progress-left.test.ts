import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatusReply } from '@shoal/client';
import { expect, test } from 'vitest';
import { countFolder, ignoredNames } from './count-folder.ts';
import { workLeft } from './work-left.ts';

const never = new AbortController().signal;

function status(over: object = {}): StatusReply {
  const sync = { state: 'ready', behind: 0, unapplied: 0 };
  const capture = { outbox: 0, locations: [] };
  return { capture, log: {}, ingest: {}, sync, unreachable: [], ...over } as unknown as StatusReply;
}

const location = { path: '/x', state: 'scanning', entries: 10, compared: 4 };

test('a library that indexes, sends, fetches and applies nothing is in step', () => {
  expect(workLeft(status())).toEqual([]);
  expect(workLeft(status({ sync: { state: 'catching-up', behind: 3, unapplied: 2 } }))).toEqual([
    { what: 'fetches and applies', left: 5 },
  ]);
  expect(workLeft(status({ sync: { state: 'backfilling', behind: 0, unapplied: 0 } }))).toEqual([
    { what: 'backfilling' },
  ]);
  expect(workLeft(status({ ingest: undefined, unreachable: ['ingest'] }))).toEqual([
    { what: 'waits for ingest' },
  ]);
});

test('a folder is measured by what was counted, or else by what is known; done is what is both seen and written', () => {
  const locations = [
    { ...location, compared: 20 },
    { ...location, state: 'watching' },
  ];
  const first = status({ capture: { outbox: 3, locations } });
  expect(workLeft(first, new Map([['/x', 40]]))).toEqual([
    { what: 'indexes /x', done: 10, total: 40 },
    { what: 'sends', left: 3 },
  ]);
  expect(workLeft(first)[0]).toEqual({ what: 'indexes /x', done: 10, total: undefined });
  const again = status({ capture: { outbox: 0, locations: [location] } });
  expect(workLeft(again)).toEqual([{ what: 'indexes /x', done: 4, total: 10 }]);
});

test('a folder is counted without what is left out by name, and without what links lead to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-count-'));
  try {
    for (const path of ['a/b', 'node_modules/c']) await mkdir(join(folder, path), { recursive: true });
    for (const path of ['a/b/1', 'a/2', 'node_modules/c/3', '.DS_Store'])
      await writeFile(join(folder, path), '');
    const ignored = ignoredNames(['node_modules/', '.DS_Store', '*.tmp', '!keep', '/top/']);
    expect([...ignored]).toEqual(['node_modules', '.DS_Store']);
    expect(await countFolder(folder, { ignored, signal: never })).toBe(5);
    expect(await countFolder(join(folder, 'none'), { ignored, signal: never })).toBeUndefined();
    expect(await countFolder(folder, { ignored, signal: AbortSignal.abort() })).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
