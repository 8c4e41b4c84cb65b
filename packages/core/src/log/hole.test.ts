import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, lifeId, type StreamId } from '../ids.ts';
import {
  claimUpTo,
  fillHole,
  fillKnownHoles,
  forgetHoles,
  type Hole,
  type HoledVector,
  hasPosition,
  haveAt,
  haveBesideHoles,
  loseEntry,
  outlastsLoss,
  servedClaim,
} from './hole.ts';
import { claims, claimsAll, type StreamPosition, vectorAt } from './vector.ts';

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
      fc.property(vectors, holesOf, (claimed, lost) => {
        const holes = lost.map((hole): Hole => ({ ...hole, known: 'applied' }));
        const have = haveBesideHoles({ claimed, holes, assured: new Map() });
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

  it('[LOG-1] what the library may not have may stand for anything: all is asked for anew, until a peer gave it', () => {
    const stored = (originSeq: number) => [1, 3].filter((position) => position > originSeq);
    const claim = (vector: HoledVector, originSeq: number) =>
      claimUpTo(vector, { stream: streams[0]!, originSeq }, stored);
    const claimed = new Map([[streams[0]!, 4]]);
    const before: HoledVector = { claimed, holes: [], assured: new Map() };
    const lost = { stream: streams[1]!, originSeq: 2, seq: 7, isPassedOver: false, isOwn: false };
    const lacking = loseEntry(before, lost, 0);
    const at = (originSeq: number) => ({ stream: streams[0]!, originSeq });
    expect([haveAt(lacking, streams[0]!), hasPosition(lacking, at(2))]).toEqual([0, false]);
    expect(haveAt(claim(lacking, 0), streams[0]!)).toBe(1);
    const given = claim(lacking, 2);
    expect([haveAt(given, streams[0]!), given.claimed]).toEqual([3, claimed]);
    expect([2, 3, 4].map((originSeq) => hasPosition(given, at(originSeq)))).toEqual([true, true, false]);
    // Once it is there again, so is all that had gone for it.
    expect(haveBesideHoles(fillHole(lacking, lost))).toEqual(claimed);
    expect(haveAt(loseEntry(given, { ...lost, originSeq: 5 }, 0), streams[0]!)).toBe(0);
    const known = loseEntry(before, lost, 7);
    expect(haveBesideHoles(known)).toEqual(claimed);
    expect(haveAt(forgetHoles(known, ['applied']), streams[0]!)).toBe(0);
  });

  it('[LOG-2] while it has holes a log says to others that it has nothing', () => {
    const have = new Map([[streams[0]!, 3]]);
    expect(servedClaim(have, 0)).toBe(have);
    expect(servedClaim(have, 1)).toEqual(new Map());
  });

  it('[LOG-1] [LOG-2] whatever is lost, filled and claimed: a log has what lies before its lowest hole, and forgets no claim', () => {
    const position = fc.record({
      stream: fc.constantFrom(...streams),
      originSeq: fc.integer({ min: 1, max: 6 }),
    });
    const step = fc.record({ kind: fc.constantFrom('claim', 'store', 'lose', 'fill', 'known'), position });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (history) => {
        const stored = new Set<string>();
        const keyOf = ({ stream, originSeq }: StreamPosition) => `${stream} ${originSeq}`;
        let vector: HoledVector = { claimed: new Map(), holes: [], assured: new Map() };
        for (const { kind, position: at } of history) {
          const before = vector;
          const storedBeyond = (after: number) =>
            [1, 2, 3, 4, 5, 6].filter(
              (originSeq) => originSeq > after && stored.has(keyOf({ ...at, originSeq })),
            );
          if (kind === 'claim') vector = claimUpTo(vector, at, storedBeyond);
          else if (kind === 'known') vector = fillKnownHoles(vector);
          else if (kind === 'fill') vector = fillHole(vector, at);
          else if (kind === 'lose') {
            stored.delete(keyOf(at));
            vector = loseEntry(vector, { ...at, seq: 1, isPassedOver: false, isOwn: false }, 0);
            expect(hasPosition(vector, at)).toBe(false);
          } else {
            stored.add(keyOf(at));
            vector = claimUpTo(fillHole(vector, at), { ...at, originSeq: 0 }, storedBeyond);
          }
          expect(claimsAll(vector.claimed, before.claimed)).toBe(true);
          const have = haveBesideHoles(vector);
          for (const stream of streams) expect(haveAt(vector, stream)).toBe(vectorAt(have, stream));
          for (const hole of vector.holes) expect(hasPosition(vector, hole)).toBe(false);
          expect(new Set(vector.holes.map(keyOf)).size).toBe(vector.holes.length);
        }
      }),
    );
  });

  const whole: HoledVector = { claimed: new Map([[streams[0]!, 4]]), holes: [], assured: new Map() };
  const lost = { stream: streams[0]!, originSeq: 2, seq: 7, isPassedOver: false, isOwn: false };

  it('[LOG-1] what the library knows of what was lost fills when it has appended all again, and nothing else does', () => {
    const isFilled = (entry: Partial<typeof lost>, appliedSeq: number) =>
      fillKnownHoles(loseEntry(whole, { ...lost, ...entry }, appliedSeq)).holes.length === 0;
    expect(isFilled({}, 7)).toBe(true);
    expect(isFilled({}, 6)).toBe(false);
    expect(isFilled({ isPassedOver: true }, 7)).toBe(false);
    expect(isFilled({ isOwn: true }, 0)).toBe(true);
    expect(isFilled({ isOwn: true, isPassedOver: true }, 0)).toBe(false);
  });

  it('[LOG-1] [REP-6] what a library that went back had applied is not known to it any more', () => {
    const holed = loseEntry(whole, lost, 7);
    expect(fillKnownHoles(forgetHoles(holed, ['applied', 'appended'])).holes).toHaveLength(1);
    expect(forgetHoles(holed, ['appended'])).toEqual(holed);
    const unknown = loseEntry(whole, lost, 0);
    expect(forgetHoles(unknown, ['applied', 'appended'])).toEqual(unknown);
    expect(forgetHoles(whole, ['applied'])).toEqual(whole);
  });

  it('[LOG-1] [REP-2] who claims a stream up to behind a hole gave all that is left there', () => {
    const holed = loseEntry(whole, lost, 0);
    const isOpen = (vector: HoledVector) => vector.holes.length === 1;
    const claim = (at: number, originSeq: number) =>
      claimUpTo(holed, { stream: streams[at]!, originSeq }, () => []);
    expect([isOpen(claim(0, 1)), isOpen(claim(1, 6)), isOpen(claim(0, 3))]).toEqual([true, true, false]);
    expect(haveAt(claim(0, 3), streams[0]!)).toBe(4);
    expect(fillHole(holed, lost).holes).toEqual([]);
    expect(fillHole(holed, { ...lost, originSeq: 3 })).toEqual(holed);
    // What the library gives again is not closed by what a peer says.
    const known = loseEntry(whole, lost, 7);
    expect(isOpen(claimUpTo(known, { stream: streams[0]!, originSeq: 3 }, () => []))).toBe(true);
  });

  it('[LOG-2] what ingest had applied when an entry was lost stays applied', () => {
    const advance = { stream: streams[0]!, originSeq: 3, seq: 7 };
    expect(outlastsLoss(advance, lost, 7)).toBe(true);
    expect(outlastsLoss(advance, lost, 6)).toBe(false);
    expect(outlastsLoss({ ...advance, originSeq: 1 }, lost, 6)).toBe(true);
    expect(outlastsLoss({ ...advance, stream: streams[1]! }, lost, 6)).toBe(true);
  });

  it('[LOG-3] what ingest passed over counts as applied no more when it is lost', () => {
    const advance = { stream: streams[0]!, originSeq: 3, seq: 7 };
    const passedOver = { ...lost, isPassedOver: true };
    expect(outlastsLoss(advance, passedOver, 7)).toBe(false);
    expect(outlastsLoss({ ...advance, originSeq: 1 }, passedOver, 7)).toBe(true);
  });
});
