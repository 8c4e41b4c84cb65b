import { limits } from '@shoal/core';
import { expect, test } from 'vitest';
import { changePatterns, formatPatterns, parsePatterns } from './ignore-patterns.ts';

test('patterns are the lines of a text, without blank ones and comments', () => {
  expect(parsePatterns('*.raw\n\n# films\n/films/\n  \n!a.raw')).toEqual(['*.raw', '/films/', '!a.raw']);
  expect(parsePatterns('')).toEqual([]);
  const patterns = ['*.raw', 'name\\ ', '\\#one', '\\!two'];
  expect(parsePatterns(formatPatterns(patterns))).toEqual(patterns);
});

test('what is added comes last, what is there stays where it is, what is removed goes first', () => {
  expect(changePatterns('a\nb', { add: ['c', 'a', 'c'], remove: [] })).toEqual(['a', 'b', 'c']);
  expect(changePatterns('a\nb', { add: ['a'], remove: ['a'] })).toEqual(['b', 'a']);
  expect(changePatterns('a\nb', { add: [], remove: [] })).toEqual(['a', 'b']);
});

test('a pattern to remove that is not there is named', () => {
  expect(() => changePatterns('a', { add: [], remove: ['b'] })).toThrow(
    expect.objectContaining({ code: 'not-found', message: 'the location has no pattern "b"' }),
  );
});

test.each([
  ['', 'a pattern that names something'],
  ['!', 'a pattern that names something'],
  ['/', 'a pattern that names something'],
  ['  ', 'a pattern that names something'],
  ['a\nb', 'a pattern of one line'],
  ['a\0', 'a pattern of one line'],
  ['# photos', 'a pattern, not a comment'],
  ['a\\', 'a pattern that does not end in a single \\'],
  ['a\\\\\\', 'a pattern that does not end in a single \\'],
  [
    'ä'.repeat(limits.ignorePatternBytesMax / 2 + 1),
    `a pattern of at most ${limits.ignorePatternBytesMax} bytes`,
  ],
])('the pattern %j is refused, and named', (pattern, expected) => {
  expect(() => changePatterns('', { add: ['fine', pattern], remove: [] })).toThrow(
    expect.objectContaining({
      code: 'invalid-argument',
      subject: { field: 'patterns' },
      message: expect.stringContaining(`expected ${expected}`),
    }),
  );
  expect(() => changePatterns('', { add: [pattern], remove: [] })).toThrow(
    JSON.stringify(pattern).slice(1, 80),
  );
});

test('a quoted backslash ends a pattern', () => {
  expect(changePatterns('', { add: ['a\\\\'], remove: [] })).toEqual(['a\\\\']);
});

test('a location has so many patterns at most; a text with more is refused, and can be made shorter', () => {
  const max = limits.ignorePatternsMax;
  const text = Array.from({ length: max + 1 }, (_, index) => `f${index}`).join('\n');
  expect(() => parsePatterns(text)).toThrow(`at most ${max} patterns, found ${max + 1}`);
  expect(changePatterns(text, { add: [], remove: ['f7'] })).toHaveLength(max);
});
