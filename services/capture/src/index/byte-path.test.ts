import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BytePath, bytePath, entryName, isWithin, nameOf, parentPath } from './byte-path.ts';

test('a name of any bytes comes back from its text and bytes as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
      expect(nameOf(entryName(bytePath(bytes)))).toBe(bytePath(bytes));
    }),
  );
});

test.each([
  [Buffer.from('grün'), 'grün', true],
  [Buffer.from('e\u0301'), 'e\u0301', true],
  [Buffer.from([0x67, 0xfc, 0x6e]), 'g\\xfcn', false],
  [Buffer.from([0xe2, 0x82]), '\\xe2\\x82', false],
  [Buffer.from([0xc3, 0xa4, 0xff]), 'ä\\xff', false],
] as const)('the name %o is shown as %s', (bytes, text, isText) => {
  const { name, nameBytes } = entryName(bytePath(bytes));
  expect(name).toBe(text);
  expect(nameBytes === null).toBe(isText);
});

test('a folder holds what is below it, not what begins alike', () => {
  expect(isWithin('a' as BytePath, 'a/b' as BytePath)).toBe(true);
  expect(isWithin('a' as BytePath, 'ab' as BytePath)).toBe(false);
  expect(isWithin('' as BytePath, 'ab' as BytePath)).toBe(true);
  expect(parentPath('a/b/c' as BytePath)).toBe('a/b');
  expect(parentPath('a' as BytePath)).toBe('');
});
