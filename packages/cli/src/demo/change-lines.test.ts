import { expect, test } from 'vitest';
import { changeLines } from './change-lines.ts';

const change = (model: string, name: string, isGone = false, isLocal = true) => ({
  model,
  name,
  isGone,
  isLocal,
});

test('a few changes are told one by one, many are counted, and what people have no name for is counted', () => {
  expect(
    changeLines([change('entry', 'a.txt'), change('entry', 'a.txt'), change('tag', 'good', true)]),
  ).toEqual(['wrote    entry a.txt', 'removed  tag good']);
  const many = Array.from({ length: 1_500 }, (_, index) => change('entry', `${index}`, false, false));
  expect(changeLines(many)).toEqual(['received entry × 1,500']);
  expect(changeLines([change('user_metadata', 'x', true, false)])).toEqual(['lost     user_metadata × 1']);
  expect(changeLines([])).toEqual([]);
});
