import type { StatusReply } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { expect, test } from 'vitest';
import { waitShared } from './wait-shared.ts';

const status = (outbox: number, unshared: number) =>
  ({ capture: { outbox }, log: { unshared }, unreachable: [] }) as unknown as StatusReply;

/** Waits on a device that says these one after the other, and the last one from then on. */
function wait(answers: readonly (StatusReply | ShoalError)[], signal = new AbortController().signal) {
  let at = 0;
  const told: string[] = [];
  const getStatus = async () => {
    const answer = answers[Math.min(at, answers.length - 1)]!;
    at += 1;
    if (answer instanceof ShoalError) throw answer;
    return answer;
  };
  const done = waitShared({
    gateway: { getStatus },
    libraryId: Buffer.alloc(16),
    name: 'photos',
    signal,
    onWaiting: (what) => told.push(what),
    waitMs: 50,
    lookMs: 1,
  });
  return { done, told };
}

test('what waits in the outbox, and what no other device is known to have, is waited for', async () => {
  const opening = new ShoalError('unavailable', 'it is being opened');
  const { done, told } = wait([opening, status(2, 0), status(0, 3), status(0, 0)]);
  await done;
  expect(told).toEqual([
    'it is being opened',
    '2 changes wait in the outbox',
    '3 changes of this device are on no other device as far as is known',
  ]);
});

test('what does not become known to others is told with its number, as is a service that does not answer', async () => {
  await expect(wait([status(1, 3)]).done).rejects.toMatchObject({
    code: 'not-shared',
    message: expect.stringMatching(/^library photos: 1 change waits .* 3 changes of this device /),
  });
  const silent = { capture: undefined, log: undefined, unreachable: ['log-store'] } as unknown as StatusReply;
  await expect(wait([silent]).done).rejects.toMatchObject({ message: expect.stringContaining('log-store') });
});

test('who ends the wait has not left', async () => {
  await expect(wait([status(1, 0)], AbortSignal.abort()).done).rejects.toMatchObject({ code: 'interrupted' });
});
