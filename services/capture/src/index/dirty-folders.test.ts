import { expect, test } from 'vitest';
import { type BytePath, bytePath } from './byte-path.ts';
import { commonFolder, createDirtyFolders } from './dirty-folders.ts';

const limits = { debounceMs: 40, debounceMaxMs: 200, dirtyFoldersMax: 3 };
const folder = (path: string, isDeep = false) => ({ path: bytePath(path), isDeep });

test('a hint is due after the debounce, prolonged by later hints up to its bound', () => {
  const dirty = createDirtyFolders(limits);
  for (let now = 0; now <= 300; now += 30) dirty.hint(folder('a'), now);
  expect(dirty.nextDueMs()).toBe(200);
  expect(dirty.takeDue(199)).toEqual([]);
  expect(dirty.takeDue(200)).toEqual([folder('a')]);
  expect(dirty.nextDueMs()).toBeNull();
});

test('a hint brings forward what was scheduled for later', () => {
  const dirty = createDirtyFolders(limits);
  dirty.schedule(folder('a'), 5_000);
  dirty.hint(folder('a'), 100);
  expect(dirty.nextDueMs()).toBe(140);
});

test('past the bound all collapse to the folder that they have in common, deep', () => {
  const dirty = createDirtyFolders(limits);
  for (const [at, path] of ['a/b/c', 'a/b/d/e', 'a/b/d/f', 'a/b/g'].entries()) dirty.hint(folder(path), at);
  expect(dirty.takeDue(1_000)).toEqual([folder('a/b', true)]);
});

test('what a deep folder covers is not compared again', () => {
  const dirty = createDirtyFolders(limits);
  for (const one of [folder('a/b/c'), folder('a', true), folder('ab')]) dirty.hint(one, 0);
  expect(dirty.takeDue(40)).toEqual([folder('a', true), folder('ab')]);
});

test('folders without a common one have the root in common', () => {
  expect(commonFolder('a/b' as BytePath, 'c' as BytePath)).toBe('');
  expect(commonFolder('a' as BytePath, 'a/b' as BytePath)).toBe('a');
});
