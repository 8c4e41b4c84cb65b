import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, lifeId, type StreamId } from '../ids.ts';
import { isComplete, openGroups, readableSeq } from './group.ts';
import { emptyVector } from './vector.ts';

const device = '018f0000-0000-7000-8000-000000000001' as DeviceId;
const streams = ['a', 'b'].map((digit) => lifeId<StreamId>(device, digit.repeat(16)));
const [sa, sb] = streams as [StreamId, StreamId];

describe('group', () => {
  it('[REP-8] nothing at or behind the first entry of an open group is readable', () => {
    const marks = fc
      .array(fc.record({ stream: fc.constantFrom(...streams), groupLast: fc.integer({ min: 1, max: 9 }) }), {
        maxLength: 9,
      })
      .map((list) => list.map((mark, at) => ({ ...mark, seq: at + 1 })));
    const haves = fc.tuple(fc.nat(9), fc.nat(9)).map(
      ([a, b]) =>
        new Map([
          [sa, a],
          [sb, b],
        ]),
    );
    fc.assert(
      fc.property(marks, haves, (stored, have) => {
        const readable = readableSeq(stored.length, openGroups(stored, have));
        const isOpen = (mark: (typeof stored)[number]) => (have.get(mark.stream) ?? 0) < mark.groupLast;
        expect(stored.slice(0, readable).some(isOpen)).toBe(false);
        if (readable < stored.length) expect(isOpen(stored[readable]!)).toBe(true);
      }),
    );
  });

  it('[REP-8] a group becomes readable when have reaches its end', () => {
    const marks = [
      { seq: 5, stream: sa, groupLast: 3 },
      { seq: 6, stream: sa, groupLast: 3 },
    ];
    const [open] = openGroups(marks, new Map([[sa, 2]]));
    expect(open).toEqual({ stream: sa, groupLast: 3, firstSeq: 5 });
    expect(readableSeq(6, [open!])).toBe(4);
    expect(isComplete(open!, new Map([[sa, 3]]))).toBe(true);
    expect(openGroups(marks, new Map([[sa, 3]]))).toEqual([]);
  });

  it('[REP-8] an open group of one stream holds back what another stream brought behind it', () => {
    const open = openGroups(
      [
        { seq: 1, stream: sb, groupLast: 1 },
        { seq: 2, stream: sa, groupLast: 2 },
        { seq: 3, stream: sb, groupLast: 2 },
      ],
      new Map([
        [sa, 1],
        [sb, 2],
      ]),
    );
    expect(readableSeq(3, open)).toBe(1);
    expect(readableSeq(0, openGroups([], emptyVector))).toBe(0);
  });
});
