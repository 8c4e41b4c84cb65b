import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { emptyVector } from '../log/vector.ts';
import { evaluate, openSession, type SessionEvent, stepSession } from './evaluate.ts';
import { type Pressure, throttleOf } from './throttle.ts';

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
  expect(throttleOf({ ...free, unapplied: limits.unappliedMax })).toBeNull();
  expect(throttleOf({ ...free, diskFreeBytes: null })).toBeNull();
});

test('[ING-5] a person, the disk and what is not applied hold it back, in this order', () => {
  const pressed = { isPaused: true, diskFreeBytes: 0, unapplied: limits.unappliedMax + 1 };
  expect(throttleOf(pressed)).toBe('paused');
  expect(throttleOf({ ...pressed, isPaused: false })).toBe('disk-full');
  expect(throttleOf({ ...free, unapplied: limits.unappliedMax + 1 })).toBe('unapplied');
});

test('[ING-5] while pulling is throttled no round begins, heartbeats go on, and it is looked at again soon', () => {
  let session = stepSession(openSession(0), { kind: 'weighed', throttle: 'unapplied' }, at(0));
  session = stepSession(session, heard, at(0));
  const throttled = evaluate(session, emptyVector, at(0));
  expect(kinds(throttled)).toEqual(['beat']);
  expect(throttled.wakeAtMs).toBe(limits.throttleRecheckMs);
  const released = stepSession(
    throttled.session,
    { kind: 'weighed', throttle: null },
    at(limits.throttleRecheckMs),
  );
  expect(kinds(evaluate(released, emptyVector, at(limits.throttleRecheckMs)))).toEqual(['pull']);
});

test('[ING-5] a round that is throttled is nobody’s failure: the peer is asked as soon as there is room', () => {
  const pulling = evaluate(stepSession(openSession(0), heard, at(0)), emptyVector, at(0)).session;
  expect(pulling.peers.get(device)?.pull.kind).toBe('pulling');
  let session = stepSession(pulling, { kind: 'weighed', throttle: 'disk-full' }, at(10));
  session = stepSession(session, { kind: 'throttled', device }, at(10));
  expect(session.peers.get(device)?.pull).toEqual({ kind: 'idle' });
  const late = 10 + 2 * limits.stuckMs;
  expect(kinds(evaluate(session, emptyVector, at(late)))).not.toContain('report-stuck');
  session = stepSession(stepSession(session, heard, at(late)), { kind: 'weighed', throttle: null }, at(late));
  expect(kinds(evaluate(session, emptyVector, at(late)))).toContain('pull');
  expect(stepSession(session, { kind: 'throttled', device }, at(late)).peers).toBe(session.peers);
});
