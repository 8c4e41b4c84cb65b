import { ShoalError } from '@shoal/core';
import { expect, test } from 'vitest';
import { tellFailures } from './tell-failures.ts';

test('a failure that lasts is told when it begins and every ten minutes, another one at once', () => {
  let nowMs = 0;
  const told: unknown[] = [];
  const tell = tellFailures({ error: (...line: unknown[]) => void told.push(line) }, () => nowMs);
  const full = () => new ShoalError('disk-full', 'sync.db cannot grow');
  for (; nowMs < 60_000; nowMs += 100) tell(full(), 'live entries not stored');
  expect(told).toEqual([[{ code: 'disk-full', reason: 'sync.db cannot grow' }, 'live entries not stored']]);
  const bug = new TypeError('oops');
  tell(bug, 'live entries not stored');
  expect(told[1]).toEqual([{ err: bug }, 'live entries not stored']);
  nowMs += 10 * 60_000;
  tell(full(), 'live entries not stored');
  expect(told).toHaveLength(3);
});
