import { expect, test } from 'vitest';
import { changeHints } from './change-hints.ts';

const change = (id: number) => ({ ref: { model: 'tag', id: String(id) } as never, removed: false });

test('the first commit is told at once, those right behind it together, and nothing is left when it closes', async () => {
  const told: number[] = [];
  const hints = changeHints((changes) => told.push(changes.length));
  for (let id = 0; id < 100; id += 1) hints.add([change(id)]);
  expect(told).toEqual([1]);
  await expect.poll(() => told, { interval: 1 }).toEqual([1, 99]);
  hints.add([]);
  hints.add(Array.from({ length: 5_000 }, (_, id) => change(id)));
  hints.close();
  expect(told.slice(2).reduce((sum, count) => sum + count)).toBe(1_000);
});
