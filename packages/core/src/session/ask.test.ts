import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceId, RecordRef } from '../ids.ts';
import { limits } from '../limits.ts';
import { type Asks, countFruitless, noAsks, planAsks, stepAsks, type Wanted } from './ask.ts';

const [a, b, c] = ['a', 'b', 'c'] as DeviceId[] as [DeviceId, DeviceId, DeviceId];
const refOf = (n: number) => ({ model: 'tag', id: `record-${n}` }) as RecordRef;
const wantedOf = (n: number, origin: DeviceId = a): Wanted => ({ ref: refOf(n), origin });
const at = (nowMs: number, random = 0) => ({ nowMs, random });
const wanting = (...wanted: readonly Wanted[]) => stepAsks(noAsks, { kind: 'wanted', wanted }, at(0));
const answered = (asks: Asks, device: DeviceId, named: readonly RecordRef[], isFull = false) =>
  stepAsks(asks, { kind: 'answered', device, named, isFull }, at(0));

/** Chance out of a seed, evenly in [0, 1). */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Asks until the searches rest; who was asked for what, in order. */
function goRound(asks: Asks, peers: readonly DeviceId[], nowMs = 0, random = 0.5) {
  const asked: string[] = [];
  let now = asks;
  for (;;) {
    const plan = planAsks(now, peers, at(nowMs, random));
    now = plan.asks;
    if (plan.askFor.length === 0) return { asks: now, asked, wakeAtMs: plan.wakeAtMs! };
    for (const { device, refs } of plan.askFor) {
      asked.push(...refs.map(({ id }) => `${device} ${id}`));
      now = stepAsks(now, { kind: 'failed', device }, at(nowMs, random));
    }
  }
}

describe('[DEP-4] what is wanted', () => {
  it('is asked of the device that wrote the reference first, then of the others, each once', () => {
    expect(goRound(wanting(wantedOf(1, b)), [a, b, c]).asked).toEqual([
      'b record-1',
      'a record-1',
      'c record-1',
    ]);
    expect(goRound(wanting(wantedOf(1, c)), [a, b]).asked).toEqual(['a record-1', 'b record-1']);
  });

  it('is not asked for at once, as it may be on its way', () => {
    const asks = stepAsks(noAsks, { kind: 'wanted', wanted: [wantedOf(1)] }, at(1_000, 0.5));
    const plan = planAsks(asks, [a], at(1_000));
    expect(plan).toMatchObject({ askFor: [], wakeAtMs: 1_000 + limits.askBaseMs / 2 });
    expect(planAsks(asks, [a], at(plan.wakeAtMs!)).askFor).toHaveLength(1);
  });

  it('is asked for without end, ever more slowly, and never more rarely than the greatest rest', () => {
    const random = 0.999;
    let { asks, wakeAtMs } = goRound(wanting(wantedOf(1)), [a, b], 0, random);
    let restMs = 0;
    for (let times = 0; times < 40; times += 1) {
      const nowMs = wakeAtMs;
      const round = goRound(asks, [a, b], nowMs, random);
      expect(round.asked).toHaveLength(2);
      expect(round.wakeAtMs - nowMs).toBeGreaterThanOrEqual(restMs);
      restMs = round.wakeAtMs - nowMs;
      ({ asks, wakeAtMs } = round);
    }
    expect(restMs).toBeLessThanOrEqual(limits.askCapMs);
    expect(countFruitless(asks)).toBe(1);
  });

  it('is forgotten when it is wanted no longer, and keeps its rest while it is', () => {
    const { asks } = goRound(wanting(wantedOf(1), wantedOf(2)), [a]);
    const fewer = stepAsks(asks, { kind: 'wanted', wanted: [wantedOf(2)] }, at(0));
    expect([...fewer.values()]).toEqual([asks.get('tag/record-2')]);
    const none = stepAsks(fewer, { kind: 'wanted', wanted: [] }, at(0));
    expect(planAsks(none, [a], at(0))).toEqual({ asks: noAsks, askFor: [], wakeAtMs: null });
  });

  it('waits for somebody to ask, and looks as often as peers are heard', () => {
    const plan = planAsks(wanting(wantedOf(1)), [], at(7));
    expect(plan).toMatchObject({ askFor: [], wakeAtMs: 7 + limits.heartbeatMs });
    expect(countFruitless(plan.asks)).toBe(0);
  });

  it('goes on to the next device also where one gave it: what came may not open', () => {
    const { asks } = planAsks(wanting(wantedOf(1)), [a, b], at(0));
    const given = answered(asks, a, [refOf(1)]);
    expect(planAsks(given, [a, b], at(0)).askFor).toEqual([{ device: b, refs: [refOf(1)] }]);
  });

  it('is asked of the same device again where the answer was full, unless it was full of nothing', () => {
    const { asks } = planAsks(wanting(wantedOf(1), wantedOf(2)), [a], at(0));
    const rest = planAsks(answered(asks, a, [refOf(1)], true), [a], at(0));
    expect(rest.askFor).toEqual([{ device: a, refs: [refOf(2)] }]);
    expect(planAsks(answered(asks, a, [], true), [a], at(0)).askFor).toEqual([]);
  });

  it('leaves the searches alone that another device is asked for', () => {
    const { asks } = planAsks(wanting(wantedOf(1, a), wantedOf(2, b)), [a, b], at(0));
    const next = stepAsks(asks, { kind: 'failed', device: a }, at(0));
    expect(next.get('tag/record-2')).toBe(asks.get('tag/record-2'));
  });

  it('is bounded: in records at all, in records per device, in devices at once', () => {
    const many = Array.from({ length: limits.asksMax + 1 }, (_, n) => wantedOf(n, `${n % 10}` as DeviceId));
    const asks = wanting(...many);
    expect(asks.size).toBe(limits.asksMax);
    const peers = Array.from({ length: 10 }, (_, n) => `${n}` as DeviceId);
    const plan = planAsks(asks, peers, at(0));
    expect(plan.askFor).toHaveLength(limits.asksAtOnceMax);
    for (const { refs } of plan.askFor) expect(refs).toHaveLength(limits.askRecordsMax);
    // Who is asked already is not asked for more.
    expect(planAsks(plan.asks, peers, at(0)).askFor).toEqual([]);
  });

  // The hazard: a search that waits for an answer that never comes, or passes over the one device that has it.
  it('is found in the end, if a device that has it answers now and then, whoever else is there and whatever is lost', () => {
    const holders = fc.array(fc.uniqueArray(fc.nat(7), { maxLength: 6 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(holders, fc.nat(), (recordsByDevice, seed) => {
        const draw = chanceOf(seed);
        const devices = [a, b, c];
        const findable = new Set(recordsByDevice.flat());
        const found = new Set<number>();
        const wanted = () => [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => !found.has(n)).map((n) => wantedOf(n, b));
        let asks = stepAsks(noAsks, { kind: 'wanted', wanted: wanted() }, at(0, draw()));
        let nowMs = 0;
        for (let turn = 0; turn < 400 && [...findable].some((n) => !found.has(n)); turn += 1) {
          const peers = devices.filter(() => draw() < 0.7);
          const plan = planAsks(asks, peers, at(nowMs, draw()));
          asks = plan.asks;
          for (const { device, refs } of plan.askFor) {
            const has = recordsByDevice[devices.indexOf(device)]!;
            const given = refs.filter(({ id }) => has.includes(Number(id.slice(7))));
            const isFull = draw() < 0.5 && given.length > 1;
            const named = isFull ? given.slice(0, 1) : given;
            const isLost = draw() < 0.3;
            const event = isLost
              ? ({ kind: 'failed', device } as const)
              : ({ kind: 'answered', device, named, isFull } as const);
            asks = stepAsks(asks, event, at(nowMs, draw()));
            if (!isLost) for (const { id } of named) found.add(Number(id.slice(7)));
          }
          asks = stepAsks(asks, { kind: 'wanted', wanted: wanted() }, at(nowMs, draw()));
          nowMs = plan.askFor.length > 0 ? nowMs + 50 : Math.max(nowMs + 1, plan.wakeAtMs ?? nowMs);
        }
        expect([...findable].filter((n) => !found.has(n))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('whatever happens, is asked or has a time to look at it again; nobody is asked twice at once', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('wanted' as const), count: fc.nat(6) }),
      fc.record({
        kind: fc.constant('answered' as const),
        device: fc.nat(2),
        named: fc.nat(6),
        isFull: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('failed' as const), device: fc.nat(2) }),
    );
    const step = fc.record({
      event,
      peers: fc.subarray([a, b, c]),
      passMs: fc.nat(20_000),
      random: fc.double({ min: 0, max: 0.99, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let asks = noAsks;
        let nowMs = 0;
        for (const { event, peers, passMs, random } of steps) {
          nowMs += passMs;
          const devices = [a, b, c];
          const refs = (count: number) => Array.from({ length: count }, (_, n) => refOf(n));
          if (event.kind === 'wanted') {
            const wanted = refs(event.count).map((ref) => ({ ref, origin: b }));
            asks = stepAsks(asks, { kind: 'wanted', wanted }, at(nowMs, random));
          } else if (event.kind === 'answered') {
            const { isFull } = event;
            const device = devices[event.device]!;
            asks = stepAsks(
              asks,
              { kind: 'answered', device, named: refs(event.named), isFull },
              at(nowMs, random),
            );
          } else asks = stepAsks(asks, { kind: 'failed', device: devices[event.device]! }, at(nowMs, random));
          const busy = new Set([...asks.values()].map(({ asking }) => asking));
          const plan = planAsks(asks, peers, at(nowMs, random));
          for (const { device } of plan.askFor) {
            expect(peers).toContain(device);
            expect(busy).not.toContain(device);
          }
          asks = plan.asks;
          if (asks.size === 0) expect(plan.wakeAtMs).toBeNull();
          else expect(plan.wakeAtMs).toBeGreaterThan(nowMs);
        }
      }),
    );
  });
});
