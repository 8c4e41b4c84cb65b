import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { durableSteps } from '@shoal/telemetry';
import { expect, test } from 'vitest';
import { filesBelow, isTestFile, root } from './source-files.ts';

const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const said = ['packages', 'services']
  .flatMap((folder) => filesBelow(folder, (name) => name.endsWith('.ts')))
  .filter((path) => !isTestFile(path))
  .flatMap((path) => [...textOf(path).matchAll(/\bdurableStep\('([^']+)'\)/g)].map((match) => match[1]));

test('every durable step is said at exactly one place of the code', () => {
  expect(said.sort()).toEqual([...durableSteps].sort());
});

test('every durable step has its line in docs/durable-steps.md, and no other has', () => {
  const lines = [...textOf('docs/durable-steps.md').matchAll(/^\| `([a-z.-]+)` \|/gm)].map(
    (match) => match[1],
  );
  expect(lines).toEqual(durableSteps);
});

test('at every durable step a process is killed by a test', () => {
  const text = textOf('e2e/crash-points.test.ts');
  expect(durableSteps.filter((step) => !text.includes(`'${step}'`))).toEqual([]);
});
