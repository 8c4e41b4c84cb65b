import { expect, test } from 'vitest';
import { fileIdOf, isNamedByBirth, withoutDevice } from './stamp.ts';

test('a folder is known again under another device number, where the file system tells its birth', () => {
  const stamp = '2049:2:1700000000123456789:0:0:0';
  const replugged = '2065:2:1700000000123456789:0:0:0';
  expect(fileIdOf(replugged)).not.toBe(fileIdOf(stamp));
  expect(withoutDevice(replugged)).toBe(withoutDevice(stamp));
  expect(isNamedByBirth(stamp)).toBe(true);
  expect(isNamedByBirth('2049:1:0:0:0:0')).toBe(false);
  expect(withoutDevice(null)).toBeNull();
});
