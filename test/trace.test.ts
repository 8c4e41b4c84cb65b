import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { titlesIn } from './parse-module.ts';
import { root } from './source-files.ts';
import { requirementIds } from './spec.fixture.ts';

const row = /^\| (S\dx?-\d+) \| (closed|part|open) \| (.*) \|$/gm;
const rows = [...readFileSync(join(root, 'docs/trace.md'), 'utf8').matchAll(row)].map((match) => ({
  id: match[1] ?? '',
  state: match[2] ?? '',
  evidence: match[3] ?? '',
}));

test('every requirement of the seeds has exactly one line in docs/trace.md', () => {
  expect(rows.map(({ id }) => id)).toEqual(requirementIds());
});

test('every test that docs/trace.md names exists under that title', () => {
  const problems = rows.flatMap(({ id, evidence }) =>
    [...evidence.matchAll(/`([^`]+\.ts)` › “([^”]+)”/g)].flatMap((match) => {
      const path = join(root, match[1] ?? '');
      const title = match[2] ?? '';
      if (!existsSync(path)) return [`${id}: no file ${match[1]}`];
      return titlesIn(readFileSync(path, 'utf8')).includes(title)
        ? []
        : [`${id}: ${match[1]} has no “${title}”`];
    }),
  );
  expect(problems).toEqual([]);
});

test('a requirement is closed, also in part, by a named test, and an open one says what is missing', () => {
  const bare = rows.filter(({ state, evidence }) => {
    const named = /`[^`]+\.ts` › “/.test(evidence);
    if (state === 'closed') return !named;
    if (state === 'part') return !named || !/missing: \S/.test(evidence);
    return named || evidence.trim() === '';
  });
  expect(bare.map(({ id, state }) => `${id} (${state})`)).toEqual([]);
});
