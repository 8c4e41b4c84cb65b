import { type Backfill, type DeviceId, type LogId, limits } from '@shoal/core';
import { expect, test } from 'vitest';
import { deviceA, deviceB } from '../testing/make-entry.ts';
import { openTempLog } from '../testing/temp-log.ts';
import type { ReadingRound } from './backfill-rows.ts';

const round: ReadingRound = {
  kind: 'reading',
  ownLogId: 'own' as LogId,
  token: { logId: 'theirs' as LogId, seq: 1_000, proof: 'ab' },
  noted: new Map([['stream' as never, 4_000]]),
  hasRefused: true,
  restarts: 1,
};
const at = (device: DeviceId, atSeq: number) => ({ device, atSeq, ofSeq: 4_000 });
const own = round.ownLogId;

test('[REP-2] a round is kept as it stands, for the log that began it and no other', () => {
  const { backfill } = openTempLog();
  backfill.keepRound(round, at(deviceA, 1_000));
  const next = { ...round, token: { ...round.token, seq: 2_000 }, hasRefused: false };
  backfill.keepRound(next, at(deviceA, 2_000));
  expect(backfill.round(deviceA, own)).toEqual(next);
  // A log that went back, or lost an entry, has another id: what it read before counts for nothing (REP-6, LOG-1).
  expect(backfill.round(deviceA, 'other' as LogId)).toBeUndefined();
  expect([backfill.progress(own), backfill.progress('other' as LogId)]).toEqual([
    at(deviceA, 2_000),
    undefined,
  ]);
  expect(backfill.round(deviceB, own)).toBeUndefined();
  backfill.forgetRound(deviceA);
  backfill.forgetRound(deviceA);
  expect(backfill.round(deviceA, own)).toBeUndefined();
});

test('[REP-2] the rounds that are kept are bounded; the one that goes on is never the one that goes', () => {
  const { backfill } = openTempLog();
  const devices = Array.from({ length: limits.roundsKeptMax + 5 }, (_, n) => `device ${n}` as DeviceId);
  for (const device of devices) {
    backfill.keepRound(round, at(device, 1_000));
    expect(backfill.round(device, own)).toBeDefined();
  }
  const kept = devices.filter((device) => backfill.round(device, own) !== undefined);
  expect(kept).toHaveLength(limits.roundsKeptMax);
});

test.each<Backfill>([
  { kind: 'never' },
  { kind: 'running', startedMs: 5, fromSeq: 7 },
  { kind: 'done', startedMs: 5, fromSeq: 7, endedMs: 6, toSeq: 9 },
])('[ING-4] a job that is $kind is read as it was written', (job) => {
  const { backfill } = openTempLog();
  backfill.setJob({ kind: 'running', startedMs: 1, fromSeq: 1 });
  backfill.setJob(job);
  expect(backfill.job()).toEqual(job);
});
