import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { emptyVector } from '../log/vector.ts';
import { type Backfill, type BackfillView, stepBackfill } from './backfill.ts';
import { countBehind, type Peer, type Peers } from './peers.ts';

const view: BackfillView = { wallMs: 1_000, headSeq: 7, behind: 0, isAnybodyHeard: true };
const running: Backfill = { kind: 'running', startedMs: 1_000, fromSeq: 7 };
const done: Backfill = { ...running, kind: 'done', endedMs: 2_000, toSeq: 9 };
const never: Backfill = { kind: 'never' };

test('[ING-4] the first peer that has more than the log begins its first fill, however little it is', () => {
  expect(stepBackfill(never, view)).toBe(never);
  expect(stepBackfill(never, { ...view, behind: 1 })).toEqual(running);
});

test('[ING-4] a fill is done when nobody who is heard has more; while nobody is heard it waits', () => {
  expect(stepBackfill(running, { ...view, behind: 1 })).toBe(running);
  expect(stepBackfill(running, { ...view, isAnybodyHeard: false })).toBe(running);
  expect(stepBackfill(running, { ...view, wallMs: 2_000, headSeq: 9 })).toEqual(done);
});

test('[ING-4] a log that was filled begins another fill only from far behind', () => {
  expect(stepBackfill(done, { ...view, behind: limits.backfillMin - 1 })).toBe(done);
  const again = stepBackfill(done, { ...view, behind: limits.backfillMin, wallMs: 9_000, headSeq: 20 });
  expect(again).toEqual({ kind: 'running', startedMs: 9_000, fromSeq: 20 });
});

test('[ING-4] what lacks is counted once, whoever has it, and of those who are heard', () => {
  const [s1, s2] = ['stream 1' as never, 'stream 2' as never];
  const peer = (name: string, heardMs: number, have: Peer['have']): [Peer['device'], Peer] => {
    const device = name as Peer['device'];
    return [device, { device, logId: null, headSeq: 0, have, heardMs, pull: { kind: 'idle' } }];
  };
  const nowMs = limits.presenceMs + 1;
  const peers: Peers = new Map([
    peer('a', nowMs, new Map([[s1, 5]])),
    peer('b', nowMs, new Map([[s1, 3]])),
    peer('gone', 0, new Map([[s2, 9]])),
  ]);
  expect(countBehind(peers, new Map([[s1, 1]]), nowMs)).toBe(4);
  expect(countBehind(peers, emptyVector, 0)).toBe(14);
  expect(countBehind(new Map(), emptyVector, nowMs)).toBe(0);
});
