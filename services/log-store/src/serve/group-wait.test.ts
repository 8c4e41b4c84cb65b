import { limits } from '@shoal/core';
import { expect, it } from 'vitest';
import { deviceB, makeEntry } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';
import { openGroupWait } from './group-wait.ts';

it('[REP-8] a group whose rest never comes is read as it is after a while', () => {
  const theirs = openTempLog(undefined, deviceB);
  const group = theirs.append([1, 2, 3].map((record) => makeEntry({ record, at: record, device: deviceB })));
  const log = openTempLog();
  let nowMs = 0;
  const wait = openGroupWait(log, () => nowMs);
  expect(wait.check()).toBe(false);
  log.store(group.slice(0, 2));
  expect(wait.check()).toBe(false);
  nowMs += limits.groupWaitMs - 1;
  expect(wait.check()).toBe(false);
  expect(log.readableSeq).toBe(0);
  nowMs += 1;
  expect(wait.check()).toBe(true);
  expect(log.readableSeq).toBe(2);
});
