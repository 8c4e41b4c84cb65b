import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, type LogId, lifeId, type StreamId } from '../ids.ts';
import { limits } from '../limits.ts';
import { emptyVector, mergeVectors, type Vector } from '../log/vector.ts';
import { backoffMs } from './backoff.ts';
import {
  type Evaluation,
  evaluate,
  openSession,
  type Session,
  type SessionAction,
  type SessionEvent,
  stepSession,
} from './evaluate.ts';

const devices = [1, 2, 3, 4, 5, 6].map((n) => `018f0000-0000-7000-8000-00000000000${n}` as DeviceId);
const [d1, d2] = devices as [DeviceId, DeviceId];
const streams = devices.map((device) => lifeId<StreamId>(device, 'a'.repeat(16)));
const [s1] = streams as [StreamId];
const at = (nowMs: number, random = 0.5) => ({ nowMs, random });
const heard = (device: DeviceId, have: Vector): SessionEvent => ({
  kind: 'heard',
  device,
  logId: device as string as LogId,
  headSeq: 1,
  have,
});
const pulls = (evaluation: Evaluation) =>
  evaluation.actions.flatMap((action) => (action.kind === 'pull' ? [action.device] : []));
const play = (session: Session, nowMs: number, ...events: SessionEvent[]) =>
  events.reduce((state, event) => stepSession(state, event, at(nowMs)), session);

describe('evaluate', () => {
  it('[REP-3] a session speaks at once, wants answers, and again every heartbeat', () => {
    const first = evaluate(openSession(0), emptyVector, at(0));
    expect(first.actions).toEqual([{ kind: 'beat', isReplyWanted: true }]);
    expect(first.wakeAtMs).toBe(limits.heartbeatMs);
    const second = evaluate(first.session, emptyVector, at(limits.heartbeatMs));
    expect(second.actions).toEqual([{ kind: 'beat', isReplyWanted: false }]);
  });

  it('[REP-3] an answer comes within the jitter, and a bus that is back is greeted at once', () => {
    const { session } = evaluate(openSession(0), emptyVector, at(0));
    const asked = stepSession(session, { kind: 'asked' }, at(100, 0.99));
    expect(evaluate(asked, emptyVector, at(100)).wakeAtMs).toBeLessThanOrEqual(100 + limits.answerJitterMs);
    const back = evaluate(stepSession(session, { kind: 'connected' }, at(100)), emptyVector, at(100));
    expect(back.actions).toEqual([{ kind: 'beat', isReplyWanted: true }]);
  });

  it('[T31] a peer that has nothing we lack is not asked', () => {
    const have = new Map([[s1, 3]]);
    const session = play(openSession(0), 0, heard(d1, new Map([[s1, 3]])));
    expect(pulls(evaluate(session, have, at(0)))).toEqual([]);
  });

  it('[TOP-4] of two peers with the same news one is asked, and the other when that one fails', () => {
    const news = new Map([[s1, 3]]);
    const session = play(openSession(0), 0, heard(d1, news), heard(d2, news));
    const first = evaluate(session, emptyVector, at(0));
    expect(pulls(first)).toEqual([d1]);
    const failed = play(first.session, 10, { kind: 'failed', device: d1 });
    expect(pulls(evaluate(failed, emptyVector, at(10)))).toEqual([d2]);
  });

  it('[REP-3] a gap in live messages is pulled', () => {
    const session = play(openSession(0), 0, { kind: 'gap', device: d1, missing: new Map([[s1, 9]]) });
    expect(pulls(evaluate(session, new Map([[s1, 7]]), at(0)))).toEqual([d1]);
  });

  it('[REP-4] a round that brought nothing waits before the next, one that brought something does not', () => {
    const news = new Map([[s1, 3]]);
    const { session } = evaluate(play(openSession(0), 0, heard(d1, news)), emptyVector, at(0));
    const empty = play(session, 5, { kind: 'finished', device: d1, hasBrought: false });
    const waiting = evaluate(empty, emptyVector, at(5));
    expect(pulls(waiting)).toEqual([]);
    expect(pulls(evaluate(waiting.session, emptyVector, at(waiting.wakeAtMs)))).toEqual([d1]);
    const full = play(session, 5, { kind: 'finished', device: d1, hasBrought: true });
    expect(pulls(evaluate(full, emptyVector, at(5)))).toEqual([d1]);
  });

  it('[REP-4] a peer that was not heard lately is not asked until it speaks', () => {
    const news = new Map([[s1, 3]]);
    const later = limits.presenceMs + 1;
    const { session } = evaluate(play(openSession(0), 0, heard(d1, news)), news, at(0));
    expect(pulls(evaluate(session, emptyVector, at(later)))).toEqual([]);
    expect(pulls(evaluate(play(session, later, heard(d1, news)), emptyVector, at(later)))).toEqual([d1]);
  });

  it('[REP-4] a round without progress is given up, and a peer that gives nothing is reported as stuck', () => {
    const news = new Map([[s1, 3]]);
    const started = evaluate(play(openSession(0), 0, heard(d1, news)), emptyVector, at(0));
    const stalled = play(started.session, limits.stuckMs, heard(d1, news));
    const abandoned = evaluate(stalled, emptyVector, at(limits.stuckMs));
    expect(abandoned.actions).toContainEqual({ kind: 'abandon', device: d1 });

    let { session } = abandoned;
    const seen: SessionAction[] = [];
    for (let nowMs = limits.stuckMs; nowMs <= 3 * limits.stuckMs; nowMs += 1_000) {
      session = play(session, nowMs, heard(d1, news), { kind: 'failed', device: d1 });
      const evaluation = evaluate(session, emptyVector, at(nowMs));
      session = evaluation.session;
      seen.push(...evaluation.actions.filter((action) => action.kind === 'report-stuck'));
    }
    expect(seen.length).toBe(2);
  });

  it('[REP-4] a peer that begins anew has forgotten what it was asked: the round is given up and begun again', () => {
    const news = new Map([[s1, 3]]);
    const { session } = evaluate(play(openSession(0), 0, heard(d1, news)), emptyVector, at(0));
    // Who is back before it was asked has nothing to forget; an answer shows that it is there.
    expect(evaluate(play(session, 1, { kind: 'began', device: d2 }), emptyVector, at(1)).actions).toEqual([]);
    const progressed = { kind: 'progressed', device: d1, hasBrought: true } as const;
    const answered = play(session, 1, { kind: 'began', device: d1 }, progressed);
    expect(evaluate(answered, emptyVector, at(1)).actions).toEqual([]);

    const forgotten = evaluate(play(session, 1, { kind: 'began', device: d1 }), emptyVector, at(1));
    expect(forgotten.actions).toEqual([{ kind: 'abandon', device: d1 }]);
    expect(forgotten.wakeAtMs).toBeLessThanOrEqual(1 + limits.backoffBaseMs * 2);
    const later = at(forgotten.wakeAtMs);
    expect(pulls(evaluate(forgotten.session, emptyVector, later))).toEqual([d1]);
    const idle = play(forgotten.session, 2, { kind: 'began', device: d1 });
    expect(evaluate(idle, emptyVector, at(2)).actions).toEqual([]);
  });

  it('[REP-4] a peer whose news came another way is not reported as stuck', () => {
    const news = new Map([[s1, 3]]);
    const started = evaluate(play(openSession(0), 0, heard(d1, news)), emptyVector, at(0));
    const failed = play(started.session, 1, { kind: 'failed', device: d1 });
    const later = limits.stuckMs + 1;
    const isReported = (have: typeof news) =>
      evaluate(play(failed, later, heard(d1, news)), have, at(later)).actions.some(
        (action) => action.kind === 'report-stuck',
      );
    expect(isReported(new Map())).toBe(true);
    expect(isReported(news)).toBe(false);
  });

  it('[REP-4] rounds that fail bring the next one within the greatest delay, without end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const waitMs = backoffMs({ failures, random });
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThan(limits.backoffCapMs);
        },
      ),
    );
  });

  it('[REP-4] in whatever state, there is a time to look again, rounds are bounded and one per peer', () => {
    const device = fc.constantFrom(...devices);
    const have = fc
      .array(fc.tuple(fc.constantFrom(...streams), fc.integer({ min: 1, max: 5 })), { maxLength: 4 })
      .map((positions): Vector => new Map(positions));
    const events: fc.Arbitrary<SessionEvent> = fc.oneof(
      fc.tuple(device, have).map(([from, vector]) => heard(from, vector)),
      fc.tuple(device, have).map(([from, missing]): SessionEvent => ({ kind: 'gap', device: from, missing })),
      fc
        .tuple(device, fc.constantFrom('finished' as const, 'progressed' as const), fc.boolean())
        .map(([from, kind, hasBrought]): SessionEvent => ({ kind, device: from, hasBrought })),
      fc
        .tuple(device, fc.constantFrom('failed' as const, 'began' as const))
        .map(([from, kind]): SessionEvent => ({ kind, device: from })),
      fc.constant<SessionEvent>({ kind: 'asked' }),
      fc.constant<SessionEvent>({ kind: 'connected' }),
    );
    const turns = fc.array(
      fc.tuple(events, fc.nat(20_000), fc.double({ min: 0, max: 0.999, noNaN: true }), have),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(turns, (history) => {
        let session = openSession(0);
        let nowMs = 0;
        let own: Vector = emptyVector;
        const running = new Set<DeviceId>();
        for (const [event, passedMs, random, brought] of history) {
          nowMs += passedMs;
          own = mergeVectors(own, brought);
          session = stepSession(session, event, { nowMs, random });
          if (event.kind === 'finished' || event.kind === 'failed') running.delete(event.device);
          const evaluation = evaluate(session, own, { nowMs, random });
          session = evaluation.session;
          for (const action of evaluation.actions) {
            if (action.kind === 'abandon') running.delete(action.device);
            if (action.kind !== 'pull') continue;
            expect(running.has(action.device)).toBe(false);
            running.add(action.device);
          }
          expect(running.size).toBeLessThanOrEqual(limits.roundsMax);
          expect(evaluation.wakeAtMs).toBeGreaterThan(nowMs);
          expect(evaluation.wakeAtMs).toBeLessThanOrEqual(nowMs + limits.heartbeatMs);
          // Looking twice at the same moment asks for nothing more.
          expect(evaluate(session, own, { nowMs, random }).actions).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('[REP-4] at most so many peers are remembered: who was heard least lately goes, but nobody who is asked', () => {
    const deviceOf = (n: number) => `018f0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}` as DeviceId;
    let session = openSession(0);
    for (let n = 0; n < limits.peersMax; n += 1)
      session = stepSession(session, heard(deviceOf(n), emptyVector), at(n));
    session = play(session, limits.peersMax, heard(deviceOf(0), emptyVector), {
      kind: 'started',
      device: deviceOf(1),
    });
    session = play(session, limits.peersMax + 1, heard(deviceOf(limits.peersMax), emptyVector));
    expect(session.peers.size).toBe(limits.peersMax);
    const left = [0, 1, 2, 3].filter((n) => session.peers.has(deviceOf(n)));
    expect(left).toEqual([0, 1, 3]);
  });

  it('an event that changes nothing leaves the session as it is', () => {
    const session = play(openSession(0), 0, heard(d1, emptyVector));
    expect(play(session, 1, { kind: 'weighed', throttle: null })).toBe(session);
    const reported = play(session, 1, { kind: 'reported', device: d1 });
    expect(reported.peers.get(d1)).toEqual(session.peers.get(d1));
  });
});
