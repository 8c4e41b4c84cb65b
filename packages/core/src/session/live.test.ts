import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, lifeId, type StreamId } from '../ids.ts';
import { emptyVector, type StreamPosition } from '../log/vector.ts';
import { planLive } from './live.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const streams = ['a', 'b'].map((digit) => lifeId<StreamId>(device, digit.repeat(16)));
const [sa] = streams as [StreamId];
const at = (originSeq: number): StreamPosition => ({ stream: sa, originSeq });

describe('live', () => {
  it('[REP-3] what is taken continues have without a hole, and nothing is taken twice', () => {
    const messages = fc.array(
      fc.record({ stream: fc.constantFrom(...streams), originSeq: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(messages, fc.nat(4), (entries, claimed) => {
        const have = new Map([[sa, claimed]]);
        const { take, missing } = planLive(have, entries);
        for (const stream of streams) {
          const taken = take.filter((entry) => entry.stream === stream).map((entry) => entry.originSeq);
          const from = stream === sa ? claimed : 0;
          expect(taken).toEqual(taken.map((_, index) => from + index + 1));
          const reached = from + taken.length;
          const greatest = Math.max(0, ...entries.filter((e) => e.stream === stream).map((e) => e.originSeq));
          expect(missing.has(stream)).toBe(greatest > reached);
        }
      }),
    );
  });

  it('[REP-3] a gap is told as what the sender has', () => {
    expect(planLive(new Map([[sa, 2]]), [at(2), at(3), at(6), at(5)])).toEqual({
      take: [at(3)],
      missing: new Map([[sa, 6]]),
    });
    expect(planLive(emptyVector, [])).toEqual({ take: [], missing: new Map() });
  });
});
