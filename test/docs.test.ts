import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { errorsPage } from '../scripts/errors-page.ts';
import { rooms } from './imports.fixture.ts';
import { filesBelow, root } from './source-files.ts';

const pages = filesBelow('', (name) => name.endsWith('.md')).filter((path) => !path.startsWith('.'));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

test('every relative link of the documents leads to something', () => {
  const dead = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^(https?:|#|mailto:)/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), target.split('#')[0] ?? '')))
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test('docs/errors.md is the error catalogue', () => {
  expect(textOf('docs/errors.md'), 'write it anew with: npm run docs').toBe(errorsPage());
});

test('ARCHITECTURE.md has one row for every room, with the imports that the test allows', () => {
  const text = textOf('ARCHITECTURE.md');
  const wrong = Object.entries(rooms).filter(([room, { may }]) => {
    if (!existsSync(join(root, room, 'package.json'))) return false;
    return !text.includes(`| \`${room}\` | ${may.length === 0 ? 'nothing' : may.join(', ')} |`);
  });
  expect(wrong.map(([room, { may }]) => `| \`${room}\` | ${may.join(', ') || 'nothing'} |`)).toEqual([]);
});

test('ARCHITECTURE.md names files that are there', () => {
  const [, table = ''] = textOf('ARCHITECTURE.md').split('## Where things are decided, and done');
  const rows = [...(table.split('## ')[0] ?? '').matchAll(/^\| (?!what|---)(.+) \| (.+) \| (.+) \|$/gm)];
  const paths = rows.flatMap(([, , decided = '', done = '']) => {
    const [first = '', ...others] = namesIn(done);
    const besideFirst = others.map((name) => name.replace('…', dirname(first)));
    return [...namesIn(decided).map((name) => `packages/core/src/${name}`), first, ...besideFirst];
  });
  expect(rows.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every command of npm that the documents name exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? ''),
  );
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual(
    // Of a workspace, not of the root.
    named.includes('generate') ? ['generate'] : [],
  );
});

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
