import { expect, test } from 'vitest';
import { bytePath } from './byte-path.ts';
import { ignoreRules } from './ignore-rules.ts';
import { kindOfContent } from './kind-of-content.ts';
import { extensionOf, mimeTypeOf } from './mime.ts';

test.each([
  ['photo.JPG', 'image/jpeg', 'image'],
  ['drawing.svg', 'image/svg+xml', 'image'],
  ['film.mp4', 'video/mp4', 'video'],
  ['song.mp3', 'audio/mpeg', 'audio'],
  ['notes.md', 'text/markdown', 'text'],
  ['data.json', 'application/json', 'text'],
  ['paper.pdf', 'application/pdf', 'document'],
  ['sheet.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'document'],
  ['a.tar.gz', 'application/gzip', 'archive'],
  ['README', 'application/octet-stream', 'other'],
] as const)('%s is %s, which is %s', (name, mimeType, kind) => {
  expect(mimeTypeOf(name)).toBe(mimeType);
  expect(kindOfContent(mimeType)).toBe(kind);
});

test('the extension is what follows the last dot, in lower case; a leading dot begins none', () => {
  expect(['a.B', 'a.tar.GZ', '.bashrc', 'none', 'dot.'].map(extensionOf)).toEqual(['b', 'gz', '', '', '']);
});

test('the default list, the patterns and the homes are left out, and a pattern brings back', () => {
  const rules = ignoreRules(
    bytePath('/data'),
    { isDefault: true, patterns: ['*.log', '/top', '!Thumbs.db'] },
    ['/data/x/home', '/elsewhere'],
  );
  const isIgnored = (path: string, isDirectory = false) => rules.isIgnored(bytePath(path), isDirectory);
  expect(
    ['.DS_Store', 'a/desktop.ini', 'a/b.log', 'top', 'x/home', 'x/home/token'].every((path) =>
      isIgnored(path),
    ),
  ).toBe(true);
  expect(isIgnored('a/.Trash-1000', true)).toBe(true);
  expect(['Thumbs.db', 'a/top', 'B.LOG', 'x/homes', ''].some((path) => isIgnored(path))).toBe(false);
});
