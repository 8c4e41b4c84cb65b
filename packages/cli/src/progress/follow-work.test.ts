import { ShoalError } from '@shoal/core';
import { expect, test } from 'vitest';
import { followWork } from './follow-work.ts';
import type { Work } from './progress-meter.ts';

type Answer = readonly Work[] | ShoalError;

/** Follows a device that says these one after the other, and the last one from then on. */
async function follow(
  answers: readonly Answer[],
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const shown: string[] = [];
  let at = 0;
  const read = async () => {
    const answer = answers[Math.min(at, answers.length - 1)]!;
    at += 1;
    if (answer instanceof ShoalError) throw answer;
    return answer;
  };
  const meter = {
    show: (works: readonly Work[]) => shown.push(works[0]!.what),
    end: () => shown.push('end'),
  };
  const { signal = new AbortController().signal, timeoutMs = 5_000 } = options;
  await followWork({ read, meter, signal, timeoutMs, lookMs: 1 });
  return { shown, looks: at };
}

test('where it is said when the work is over, that ends it, also with a failure', async () => {
  const meter = { show: () => undefined, end: () => undefined };
  const { signal } = new AbortController();
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let looks = 0;
  const read = async () => {
    looks += 1;
    if (looks === 5) resolve();
    return [];
  };
  await followWork({ read, meter, signal, over, lookMs: 1 });
  expect(looks).toBe(5);
  const failed = Promise.reject(new ShoalError('location-unavailable', 'unplugged'));
  await expect(followWork({ read, meter, signal, over: failed })).rejects.toMatchObject({
    message: 'unplugged',
  });
});

const away = new ShoalError('unavailable', 'the device does not run');
const applies = [{ what: 'applies', left: 3 }];

test('work is done when nothing is left twice in a row', async () => {
  expect(await follow([applies, [], applies, [], []])).toEqual({
    shown: ['applies', 'applies', 'end'],
    looks: 5,
  });
});

test('a device that restarts is waited for; one that does not answer at first is a failure', async () => {
  expect((await follow([applies, away, []])).shown).toEqual(['applies', 'waits for the device', 'end']);
  await expect(follow([away])).rejects.toBe(away);
});

test('who does not wait any longer is told that it goes on, and what is left after the time', async () => {
  await expect(follow([applies], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'interrupted',
  });
  await expect(follow([applies], { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'deadline-exceeded',
    message: 'not done yet: applies',
  });
});
