import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, isTestFile, root } from './source-files.ts';
import { ruleFamilies, ruleIds } from './spec.fixture.ts';
import { testTitles } from './test-titles.ts';

const heading = /^### (\S+) · (in force|in part)$/gm;
const laterHeading = /^### (\S+)$/gm;
const anyRule = new RegExp(`\\b(?:${Object.keys(ruleFamilies).join('|')})-\\d+\\b`, 'g');

const rules = filesBelow('docs/spec', (name) => name.endsWith('.md')).flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(heading)].map((match) => ({
    path,
    id: match[1] ?? '',
    state: match[2] ?? '',
    text: text.slice(match.index + match[0].length).split(/^#{1,3} /m)[0] ?? '',
  }));
});
const later = [...readFileSync(join(root, 'docs/later.md'), 'utf8').matchAll(laterHeading)].map(
  ([, id]) => id ?? '',
);
const quoted = new Set(testTitles().flatMap(({ title }) => title.match(anyRule) ?? []));

test('every rule stands exactly once, in docs/spec or among those that are not built', () => {
  expect([...rules.map(({ id }) => id), ...later].sort()).toEqual([...ruleIds()].sort());
});

test('every rule in docs/spec is quoted by the title of a test', () => {
  const bare = rules.filter(({ id }) => !quoted.has(id));
  expect(bare.map(({ id, state }) => `${id} (${state})`)).toEqual([]);
});

test('no test quotes a rule that is not built', () => {
  expect(later.filter((id) => quoted.has(id))).toEqual([]);
});

test('a rule that is in force in part says what is missing', () => {
  const silent = rules.filter(({ state, text }) => state === 'in part' && !/^\*Missing: .+\*$/m.test(text));
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test('every rule that a file or a test cites exists', () => {
  const known = new Set(ruleIds());
  const cited = ['packages', 'services', 'e2e', 'docs']
    .flatMap((folder) => filesBelow(folder, (name) => /\.(ts|proto|md|sh)$/.test(name)))
    .flatMap((path) =>
      (readFileSync(join(root, path), 'utf8').match(anyRule) ?? []).map((id) => ({ path, id })),
    );
  expect(cited.filter(({ id }) => !known.has(id))).toEqual([]);
  expect(cited.some(({ path }) => !isTestFile(path))).toBe(true);
});
