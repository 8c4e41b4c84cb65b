import { expect, test } from 'vitest';
import { bytePath } from './byte-path.ts';
import type { DiskEntry } from './disk-entry.ts';
import type { EntryKind, KnownEntry } from './entry-store.ts';
import { matchFolder } from './match-folder.ts';

/** `name:inode`, a folder where the name ends in a slash. */
function parse(text: string): { name: string; kind: EntryKind; fileId: string } {
  const [name, inode] = text.split(':') as [string, string];
  const kind = name.endsWith('/') ? 'directory' : 'file';
  return { name: name.replace('/', ''), kind, fileId: `1:${inode}:0` };
}

/** Keys by the name on disk, 'new' for newcomers; and the keys that are missing. Keys count from 1. */
function match(known: string, disk: string): { on: Record<string, number | 'new'>; missing: number[] } {
  const knownEntries = known.split(' ').map((text, index): KnownEntry => {
    const { name, kind, fileId } = parse(text);
    const stamp = `${fileId}:1:1:1`;
    const facts = { size: 1, modifiedAt: 1, stamp, contentHash: null };
    return { key: index + 1, parent: 99, name, nameBytes: null, kind, ...facts };
  });
  const diskEntries = disk.split(' ').map((text): DiskEntry => {
    const { name, kind, fileId } = parse(text);
    const facts = { size: 1, modifiedAt: 1, createdAt: null, stamp: `${fileId}:1:1:1` };
    return { name: bytePath(name), kind, fileId, facts };
  });
  const found = matchFolder(knownEntries, diskEntries);
  const on: Record<string, number | 'new'> = {};
  for (const pair of [...found.kept, ...found.renamed]) on[pair.disk.name] = pair.known.key;
  for (const entry of found.newcomers) on[entry.name] = 'new';
  return { on, missing: found.missing.map((entry) => entry.key) };
}

test.each([
  ['a rename', 'a:1 b:2', 'c:1 b:2', { c: 1, b: 2 }, []],
  ['a swap', 'a:1 b:2', 'a:2 b:1', { a: 2, b: 1 }, []],
  ['a swap of a file and a folder', 'a:1 b/:2', 'a/:2 b:1', { a: 2, b: 1 }, []],
  ['a rotation', 'log:1 log.1:2', 'log.1:1 log.2:2', { 'log.1': 1, 'log.2': 2 }, []],
  ['a ring of three', 'a:1 b:2 c:3', 'a:3 b:1 c:2', { a: 3, b: 1, c: 2 }, []],
  ['an atomic save', 'a:1', 'a:2', { a: 1 }, []],
  ['an atomic save over a temporary file that was seen', 'a:1 tmp:2', 'a:2', { a: 1 }, [2]],
  ['a save that leaves a backup', 'a:1', 'a:2 a~:1', { a: 1, 'a~': 'new' }, []],
  ['a save that replaces its backup', 'a:1 a~:0', 'a:2 a~:1', { a: 1, 'a~': 2 }, []],
  ['hard links: one renamed', 'a:1 b:1', 'b:1 c:1', { b: 2, c: 1 }, []],
  ['hard links: one more', 'a:1', 'a:1 b:1', { a: 1, b: 'new' }, []],
  ['hard links: one replaced, one renamed', 'a:1 b:1 c:2', 'd:1 b:2', { b: 2, d: 1 }, [3]],
  ['a file in place of a folder', 'a/:1', 'a:1', { a: 'new' }, [1]],
] as const)('%s: %s becomes %s', (_what, known, disk, on, missing) => {
  expect(match(known, disk)).toEqual({ on, missing });
});
