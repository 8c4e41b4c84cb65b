import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, root } from './source-files.ts';

/**
 * SQLite looks into the value of a bound `limit` while it compiles a statement, and compiles it anew each time another
 * one is bound: about 40 µs that no test of what it answers would find. An expression is not looked into.
 */
test('no statement of SQL has a bound value alone as its limit or offset: `?+0` instead of `?`', () => {
  const bare = filesBelow('packages', isSource)
    .concat(filesBelow('services', isSource))
    .filter((path) =>
      /\b(limit|offset) (\?|[@:$]\w+)(?!\s*\+)[ `'\n)]/.test(sqlOf(readFileSync(join(root, path), 'utf8'))),
    );
  expect(bare).toEqual([]);
});

function isSource(name: string): boolean {
  return name.endsWith('.ts') && !name.endsWith('.test.ts');
}

/** The texts that select something. */
function sqlOf(source: string): string {
  return [...source.matchAll(/'[^'\n]*\bselect\b[^'\n]*'|`[^`]*\bselect\b[^`]*`/g)]
    .map(([text]) => text)
    .join('\n');
}
