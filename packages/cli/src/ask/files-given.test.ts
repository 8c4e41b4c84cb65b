import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { filesGiven } from './files-given.ts';

const given = (files: readonly string[], fromFile?: string, listed: readonly string[] = []) =>
  filesGiven({ files, fromFile, stdin: Readable.from(listed) });

test('files come from the arguments, then from the list, each once', async () => {
  expect(await given(['b', 'a'])).toEqual(['b', 'a']);
  expect(await given(['b', 'a'], '-', ['a\nc', ' d\r\n\ne'])).toEqual(['b', 'a', 'c d', 'e']);
});

test('a list by NUL may hold names with line ends', async () => {
  expect(await given([], '-', ['a\nb\0c\0'])).toEqual(['a\nb', 'c']);
});

test('a list is read from a file, and one that cannot be read is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-list-'));
  try {
    await writeFile(join(folder, 'list'), 'a\nb\n');
    expect(await given([], join(folder, 'list'))).toEqual(['a', 'b']);
    await expect(given([], join(folder, 'none'))).rejects.toMatchObject({
      code: 'invalid-argument',
      subject: { field: 'from-file' },
      message: expect.stringContaining(join(folder, 'none')),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('nothing given is refused, and a terminal is not waited for', async () => {
  await expect(given([])).rejects.toMatchObject({ code: 'invalid-argument', subject: { field: 'target' } });
  await expect(given([], '-', ['\n'])).rejects.toMatchObject({ subject: { field: 'target' } });
  const stdin = Object.assign(Readable.from([]), { isTTY: true });
  await expect(filesGiven({ files: [], fromFile: '-', stdin })).rejects.toMatchObject({
    subject: { field: 'from-file' },
  });
});
