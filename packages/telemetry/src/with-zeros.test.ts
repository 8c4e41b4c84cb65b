import { expect, test } from 'vitest';
import { withZeros } from './with-zeros.ts';

test('a level that is gone is told as 0, and as what it is when it comes back', () => {
  const [tags, entries] = [
    { library: 'l', model: 'tag' },
    { library: 'l', model: 'entry' },
  ];
  let now: [number, typeof tags][] = [
    [3, tags],
    [1, entries],
  ];
  const read = withZeros(() => now);
  expect(read()).toEqual(now);
  now = [[2, { ...entries }]];
  expect(read()).toEqual([
    [0, tags],
    [2, entries],
  ]);
});
