import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { emptyVector } from '../log/vector.ts';
import { evaluate, openSession, type SessionEvent, stepSession } from './evaluate.ts';
import { holdOf, type Pressure } from './hold.ts';

const free: Pressure = { isPaused: false, diskFreeBytes: limits.diskFreeMinBytes, unapplied: 0 };
const device = '018f0000-0000-7000-8000-000000000001' as never;
const heard: SessionEvent = {
  kind: 'heard',
  device,
  logId: 'log' as never,
  headSeq: 9,
  have: new Map([['stream' as never, 9]]),
};
const at = (nowMs: number) => ({ nowMs, random: 0.5 });
const kinds = (evaluation: ReturnType<typeof evaluate>) => evaluation.actions.map(({ kind }) => kind);

test('[ING-5] nothing holds pulling back within the bounds, nor where the free space cannot be told', () => {
  expect(holdOf({ ...free, unapplied: limits.unappliedMax })).toBeNull();
  expect(holdOf({ ...free, diskFreeBytes: null })).toBeNull();
});

test('[ING-5] a person, the disk and what is not applied hold it back, in this order', () => {
  const pressed = { isPaused: true, diskFreeBytes: 0, unapplied: limits.unappliedMax + 1 };
  expect(holdOf(pressed)).toBe('paused');
  expect(holdOf({ ...pressed, isPaused: false })).toBe('disk-full');
  expect(holdOf({ ...free, unapplied: limits.unappliedMax + 1 })).toBe('unapplied');
});

test('[ING-5] while pulling is held no round begins, heartbeats go on, and it is looked at again soon', () => {
  let session = stepSession(openSession(0), { kind: 'weighed', hold: 'unapplied' }, at(0));
  session = stepSession(session, heard, at(0));
  const held = evaluate(session, emptyVector, at(0));
  expect(kinds(held)).toEqual(['beat']);
  expect(held.wakeAtMs).toBe(limits.holdRecheckMs);
  const released = stepSession(held.session, { kind: 'weighed', hold: null }, at(limits.holdRecheckMs));
  expect(kinds(evaluate(released, emptyVector, at(limits.holdRecheckMs)))).toEqual(['pull']);
});

test('[ING-5] a round that is held is nobody’s failure: the peer is asked as soon as there is room', () => {
  const pulling = evaluate(stepSession(openSession(0), heard, at(0)), emptyVector, at(0)).session;
  expect(pulling.peers.get(device)?.pull.kind).toBe('pulling');
  let session = stepSession(pulling, { kind: 'weighed', hold: 'disk-full' }, at(10));
  session = stepSession(session, { kind: 'held', device }, at(10));
  expect(session.peers.get(device)?.pull).toEqual({ kind: 'idle' });
  const late = 10 + 2 * limits.stuckMs;
  expect(kinds(evaluate(session, emptyVector, at(late)))).not.toContain('report-stuck');
  session = stepSession(stepSession(session, heard, at(late)), { kind: 'weighed', hold: null }, at(late));
  expect(kinds(evaluate(session, emptyVector, at(late)))).toContain('pull');
  expect(stepSession(session, { kind: 'held', device }, at(late)).peers).toBe(session.peers);
});
