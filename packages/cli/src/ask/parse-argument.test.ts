import { expect, test } from 'vitest';
import { parsePatterns } from './parse-argument.ts';

test('patterns are taken as they are, but for what was meant as an option', () => {
  expect(parsePatterns(undefined, 'add')).toEqual([]);
  expect(parsePatterns(['*.raw', '-x', '[-]-home'], 'add')).toEqual(['*.raw', '-x', '[-]-home']);
  expect(() => parsePatterns(['--home', 'a'], 'add')).toThrow(
    expect.objectContaining({ code: 'invalid-argument', subject: { field: 'add' } }),
  );
});
