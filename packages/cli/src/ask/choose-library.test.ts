import type { LibraryId } from '@shoal/core';
import { expect, test } from 'vitest';
import { pickLibrary } from './choose-library.ts';

const library = (id: string, name: string) => ({ libraryId: id as LibraryId, name });
const one = library('1', 'one');
const two = library('2', 'two');

test('the only library need not be named; more than one has to be, by id or name', () => {
  expect(pickLibrary([one])).toBe(one);
  expect(pickLibrary([one, two], 'two')).toBe(two);
  expect(pickLibrary([one, two], '1')).toBe(one);
});

test.each([
  ['no library at all', [], undefined, 'not-found'],
  ['none of that name', [one], 'two', 'not-found'],
  ['more than one, and none named', [one, two], undefined, 'invalid-argument'],
  ['two of that name', [one, library('3', 'one')], 'one', 'invalid-argument'],
])('%s is refused, naming --library', (_, libraries, wanted, code) => {
  expect(() => pickLibrary(libraries, wanted)).toThrow(
    expect.objectContaining({ code, subject: { field: 'library' } }),
  );
});
