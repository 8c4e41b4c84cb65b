import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { homePaths } from './home-paths.ts';
import { librariesChange } from './libraries-change.ts';

const id = '018f0000-0000-7000-8000-0000000000aa';
const longAgo = new Date(Date.now() - 3_600_000);

/** A home with one library that nobody has touched for an hour, looked at on a clock that stands still. */
function quietHome() {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const paths = homePaths(folder);
  const library = paths.library(id as never).dir;
  mkdirSync(library, { recursive: true });
  writeFileSync(join(library, 'library.json'), '{}');
  const age = () => {
    for (const path of [library, paths.libraries]) utimesSync(path, longAgo, longAgo);
  };
  age();
  const clock = { nowMs: Date.now() };
  const mayHaveChanged = librariesChange(paths, () => clock.nowMs);
  return { paths, library, age, clock, mayHaveChanged };
}

test('what nobody touches has changed for who looks first, and then no more', () => {
  const { mayHaveChanged, clock } = quietHome();
  expect([mayHaveChanged(), mayHaveChanged()]).toEqual([true, false]);
  clock.nowMs += 60_000;
  expect([mayHaveChanged(), mayHaveChanged()]).toEqual([true, false]);
});

test.each([
  ['a library comes', ({ paths }: Home) => mkdirSync(paths.library(id.replace('aa', 'ab') as never).dir)],
  ['one goes', ({ library }: Home) => rmSync(library, { recursive: true })],
  ['one is paused', ({ library }: Home) => writeFileSync(join(library, 'paused'), '{}')],
])('%s: that is a change', (_, change) => {
  const home = quietHome();
  home.mayHaveChanged();
  change(home);
  expect(home.mayHaveChanged()).toBe(true);
});

test('what changed a moment ago may change again within the same tick of the disk’s clock: it is looked at again', () => {
  const { library, age, mayHaveChanged } = quietHome();
  writeFileSync(join(library, 'paused'), '{}');
  expect([mayHaveChanged(), mayHaveChanged()]).toEqual([true, true]);
  age();
  expect([mayHaveChanged(), mayHaveChanged()]).toEqual([true, false]);
});

test('what cannot be read is looked at each time', () => {
  const { paths, mayHaveChanged } = quietHome();
  rmSync(paths.libraries, { recursive: true });
  expect([mayHaveChanged(), mayHaveChanged()]).toEqual([true, true]);
});

type Home = ReturnType<typeof quietHome>;
