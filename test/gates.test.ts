import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import configuration from '../vitest.config.ts';
import { filesBelow, root } from './source-files.ts';

/** What stands between a change and the main line: nothing is built, so nothing else would notice. */
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
const gates = ['typecheck', 'lint', 'test:core', 'test:unit', 'test:e2e'];

test('[S3-28] what CI runs is what everybody runs: types, lint with format, documents, tests with and without processes', () => {
  expect(read('.ci/run')).toMatch(/^exec npm test$/m);
  expect(scripts.test).toBe('exec sh scripts/test.sh');
  expect(read('scripts/test.sh')).toMatch(new RegExp(`^exec turbo run ${gates.join(' ')} `, 'm'));
  for (const gate of gates) expect(scripts).toHaveProperty([gate]);
  // `biome check` is lint and format; documents are read by unit tests.
  expect(scripts.lint).toMatch(/^biome check \. && /);
  expect(filesBelow('test', (name) => name === 'docs.test.ts')).toHaveLength(1);
});

test('[S3-28] a gate that fails fails the whole: every script stops at the first failure', () => {
  for (const script of ['.ci/run', 'scripts/test.sh', 'scripts/setup.sh']) {
    expect(read(script), script).toMatch(/^set -eu$/m);
    expect(read(script), script).not.toMatch(/\|\| true/);
    execFileSync('sh', ['-n', join(root, script)]);
  }
});

test('every test file belongs to one of the kinds of tests that are run, and to one only', () => {
  const projects = (configuration.test?.projects ?? []) as readonly {
    readonly test: { readonly include: readonly string[]; readonly exclude?: readonly string[] };
  }[];
  const isIn = (globs: readonly string[] = [], path: string) => globs.some((glob) => matchesGlob(path, glob));
  const homes = filesBelow('', (name) => name.endsWith('.test.ts')).map((path) => {
    const count = projects.filter(
      ({ test: { include, exclude } }) => isIn(include, path) && !isIn(exclude, path),
    );
    return { path, count: count.length };
  });
  expect(homes.length).toBeGreaterThan(50);
  expect(homes.filter(({ count }) => count !== 1)).toEqual([]);
});
