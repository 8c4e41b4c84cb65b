import type { RecordId } from '@shoal/core';
import { expect, test } from 'vitest';
import { changeQueue } from './change-queue.ts';
import type { ChangedRef } from './records-changed.ts';

const changed = (number: number, isLocal = false): ChangedRef => ({
  model: 'tag',
  id: String(number) as RecordId,
  isLocal,
});

test('changes come out in order; one that waits already waits once, with what was said last', async () => {
  const queue = changeQueue(10);
  for (const change of [changed(1), changed(2), changed(1, true)]) queue.push(change);
  expect(await queue.take()).toEqual({ kind: 'record', changed: changed(1, true) });
  expect(await queue.take()).toEqual({ kind: 'record', changed: changed(2) });
});

test('[SEC-5] more than fit become one gap, and what comes after is heard again', async () => {
  const queue = changeQueue(3);
  for (const number of [1, 2, 3, 4]) queue.push(changed(number));
  queue.push(changed(5));
  expect(await queue.take()).toEqual({ kind: 'gap' });
  expect(await queue.take()).toEqual({ kind: 'record', changed: changed(5) });
});

test('a reader that waits is woken by a change, a gap, and the end', async () => {
  const queue = changeQueue(3);
  const record = queue.take();
  queue.push(changed(1));
  expect(await record).toMatchObject({ kind: 'record' });
  const gap = queue.take();
  queue.pushGap();
  expect(await gap).toEqual({ kind: 'gap' });
  const end = queue.take();
  queue.close();
  expect(await end).toBeUndefined();
  expect(await queue.take()).toBeUndefined();
});
