import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, lifeId, type StreamId } from '../ids.ts';
import {
  claims,
  claimsAll,
  contiguousFrom,
  countBeyond,
  emptyVector,
  meetVectors,
  mergeVectors,
  type Vector,
  vectorAt,
} from './vector.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const streams = ['a', 'b', 'c'].map((digit) => lifeId<StreamId>(device, digit.repeat(16)));
const [first] = streams as [StreamId];

const vectors: fc.Arbitrary<Vector> = fc
  .array(fc.tuple(fc.constantFrom(...streams), fc.integer({ min: 1, max: 6 })), { maxLength: 3 })
  .map((positions) => new Map(positions));
const positions = fc.record({
  stream: fc.constantFrom(...streams),
  originSeq: fc.integer({ min: 1, max: 7 }),
});

describe('vector', () => {
  it('[LOG-2] a merge claims exactly what either claims, a meet what both claim', () => {
    fc.assert(
      fc.property(vectors, vectors, positions, (a, b, position) => {
        const merged = mergeVectors(a, b);
        expect(claims(merged, position)).toBe(claims(a, position) || claims(b, position));
        expect(claimsAll(merged, a) && claimsAll(merged, b)).toBe(true);
        const met = meetVectors(a, b);
        expect(claims(met, position)).toBe(claims(a, position) && claims(b, position));
      }),
    );
  });

  it('[LOG-2] merging is idempotent, commutative and associative', () => {
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        const sorted = (vector: Vector) => [...vector].sort();
        expect(mergeVectors(a, a)).toBe(a);
        expect(sorted(mergeVectors(a, b))).toEqual(sorted(mergeVectors(b, a)));
        const left = mergeVectors(mergeVectors(a, b), c);
        expect(sorted(left)).toEqual(sorted(mergeVectors(a, mergeVectors(b, c))));
      }),
    );
  });

  it('[LOG-2] the difference counts the positions that one claims and the other does not', () => {
    fc.assert(
      fc.property(vectors, vectors, (a, b) => {
        let counted = 0;
        for (const [stream, last] of a) {
          for (let originSeq = 1; originSeq <= last; originSeq += 1) {
            if (!claims(b, { stream, originSeq })) counted += 1;
          }
        }
        expect(countBeyond(a, b)).toBe(counted);
        expect(counted === 0).toBe(claimsAll(b, a));
      }),
    );
  });

  it('[LOG-2] positions stored in any order are claimed up to the first hole and not beyond', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.uniqueArray(fc.integer({ min: 1, max: 12 })), (claimed, stored) => {
        const ascending = [...stored].sort((a, b) => a - b);
        const position = contiguousFrom(claimed, ascending);
        for (let at = claimed + 1; at <= position; at += 1) expect(stored).toContain(at);
        expect(stored).not.toContain(position + 1);
      }),
    );
  });

  it('[LOG-2] a hole in the middle holds back what is stored above it', () => {
    expect(contiguousFrom(3, [4, 5, 7, 8])).toBe(5);
    expect(contiguousFrom(0, [2])).toBe(0);
    expect(contiguousFrom(0, [])).toBe(0);
  });

  it('[LOG-2] a stream that is not named stands at zero', () => {
    expect(vectorAt(emptyVector, first)).toBe(0);
    expect(claims(emptyVector, { stream: first, originSeq: 1 })).toBe(false);
  });
});
