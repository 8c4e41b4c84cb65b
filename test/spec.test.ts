import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, isTestFile, root } from './source-files.ts';
import { ruleFamilies, ruleIds } from './spec.fixture.ts';
import { testTitles } from './test-titles.ts';

const heading = /^### (\S+) · (in force|in part|not yet)$/gm;
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
const quoted = new Set(testTitles().flatMap(({ title }) => title.match(anyRule) ?? []));

test('every rule stands exactly once in docs/spec', () => {
  expect(rules.map(({ id }) => id).sort()).toEqual([...ruleIds()].sort());
});

test('every rule that is in force, also in part, is quoted by the title of a test', () => {
  const bare = rules.filter(({ id, state }) => state !== 'not yet' && !quoted.has(id));
  expect(bare.map(({ id, state }) => `${id} (${state})`)).toEqual([]);
});

test('no test quotes a rule that is not yet in force', () => {
  const early = rules.filter(({ id, state }) => state === 'not yet' && quoted.has(id));
  expect(early.map(({ id }) => id)).toEqual([]);
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
