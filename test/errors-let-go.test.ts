import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, isTestFile, root } from './source-files.ts';

/*
 * The hazard: an error that nobody hears of. Where one is let go without being looked at, it is handed on as another one,
 * answered by a value that stands for it, or a comment beside it says why nothing is lost.
 */
/** A value that stands for the error, after an arrow. */
const standsForIt = /\.catch\(\(\) => (?!undefined|\{|0\b)/;
const letsGo = /\bcatch \{|\.catch\(\(\) =>/;

function lettingGo(path: string): string[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (!letsGo.test(line) || standsForIt.test(line) || /^\s*(\/\/|\*)/.test(line)) return [];
    const isAnswered = lines.slice(at, at + 4).some((each) => /\b(throw|return|reject)\b/.test(each));
    const isExplained = lines
      .slice(Math.max(0, at - 3), at + 3)
      .some((each) => /\/\/ |\*\/|^\s*\* /.test(each));
    return isAnswered || isExplained ? [] : [`${path}:${at + 1}`];
  });
}

test('[S4-36] no error is let go in silence: each is answered, or its place says why', () => {
  const sources = ['packages', 'services'].flatMap((folder) =>
    filesBelow(folder, (name) => name.endsWith('.ts')),
  );
  const product = sources.filter((path) => !isTestFile(path) && !path.startsWith('packages/testkit/'));
  expect(product.flatMap(lettingGo)).toEqual([]);
});
