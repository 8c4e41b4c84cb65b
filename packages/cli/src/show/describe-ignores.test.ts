import { expect, test } from 'vitest';
import { describeIgnores, ignoreLines, skippedText } from './describe-ignores.ts';

const reply = { patterns: ['*.raw', '!best.raw'], defaultIgnores: true, defaults: ['.git/', '*.tmp'] };

test('what a location leaves out is told without what a newer service adds', () => {
  expect(describeIgnores({ ...reply, _unknownFields: { 99: [new Uint8Array([1])] } })).toEqual(reply);
});

test('the default list is named by its size, and shown where it is asked for and holds', () => {
  const own = ['patterns of this location, the last that matches decides:', '  *.raw', '  !best.raw'];
  expect(ignoreLines(reply, { isWhole: false })).toEqual([
    'default list: on, 2 patterns; `--list` shows them',
    ...own,
  ]);
  expect(ignoreLines(reply, { isWhole: true })).toEqual(['default list: on', '  .git/', '  *.tmp', ...own]);
  expect(ignoreLines({ ...reply, defaultIgnores: false, patterns: [] }, { isWhole: true })).toEqual([
    'default list: off',
    'patterns of this location: none',
  ]);
});

test('what was left out is told by its reasons', () => {
  expect(skippedText({ ignored: 14, socket: 0, unreadable: 2 })).toBe('14 ignored, 2 unreadable');
  expect(skippedText({})).toBe('');
});
