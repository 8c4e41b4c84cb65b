import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, lifeId, type StreamId } from '../ids.ts';
import { haveBesideHoles, servedClaim } from './hole.ts';
import { claims, claimsAll } from './vector.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const streams = ['a', 'b'].map((digit) => lifeId<StreamId>(device, digit.repeat(16)));
const vectors = fc
  .array(fc.tuple(fc.constantFrom(...streams), fc.integer({ min: 1, max: 6 })))
  .map((positions) => new Map(positions));
const holesOf = fc.array(
  fc.record({ stream: fc.constantFrom(...streams), originSeq: fc.integer({ min: 1, max: 6 }) }),
  { maxLength: 4 },
);

describe('holes', () => {
  it('[LOG-1] what a log has ends before its holes, and is what it claimed where there is none', () => {
    fc.assert(
      fc.property(vectors, holesOf, (claimed, holes) => {
        const have = haveBesideHoles(claimed, holes);
        expect(claimsAll(claimed, have)).toBe(true);
        expect(holes.some((hole) => claims(have, hole))).toBe(false);
        for (const [stream, originSeq] of claimed) {
          const lowest = Math.min(
            ...holes.filter((hole) => hole.stream === stream).map((hole) => hole.originSeq),
          );
          expect(have.get(stream) ?? 0).toBe(Math.min(originSeq, lowest - 1));
        }
      }),
    );
  });

  it('[LOG-2] while it has holes a log says to others that it has nothing', () => {
    const have = new Map([[streams[0]!, 3]]);
    expect(servedClaim(have, 0)).toBe(have);
    expect(servedClaim(have, 1)).toEqual(new Map());
  });
});
