import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeviceId, lifeId, type ReplicaId } from '../ids.ts';
import { dotDevice, dotHlc, dotReplica, makeDot, parseDot } from './dot.ts';
import { formatHlc } from './hlc.ts';

const device = '01234567-89ab-4cde-8f01-23456789abcd' as DeviceId;
const replicas = ['0'.repeat(16), 'f'.repeat(16)].map((life) => lifeId<ReplicaId>(device, life));
const dot = fc
  .record({ ms: fc.nat(), counter: fc.nat({ max: 3 }), replica: fc.constantFrom(...replicas) })
  .map(({ ms, counter, replica }) => makeDot(formatHlc(ms, counter), replica));

describe('dots', () => {
  test('[CHG-1] [CLK-1] a dot reads back as its parts, and sorts by stamp, then by replica', () => {
    fc.assert(
      fc.property(dot, dot, (a, b) => {
        expect(parseDot(a)).toBe(a);
        expect(makeDot(dotHlc(a), dotReplica(a))).toBe(a);
        const byParts = dotHlc(a) === dotHlc(b) ? dotReplica(a) < dotReplica(b) : dotHlc(a) < dotHlc(b);
        expect(a < b).toBe(byParts);
      }),
    );
  });

  test('[MRG-5] a dot names the device that made it', () => {
    expect(dotDevice(makeDot(formatHlc(1, 0), replicas[0]!))).toBe(device);
  });

  test.each([
    ['empty', ''],
    ['no replica', '0000000000010000@'],
    ['no stamp', `@${replicas[0]}`],
    ['another separator', `0000000000010000#${replicas[0]}`],
    ['a device without a life', `0000000000010000@${device}`],
    ['a stamp out of bounds', `ffffffffffff0000@${replicas[0]}`],
    ['more behind', `0000000000010000@${replicas[0]}0`],
  ])('[CHG-1] a text that is %s is refused', (_, text) => {
    expect(() => parseDot(text)).toThrow(expect.objectContaining({ code: 'malformed-message' }));
  });

  test('[CHG-1] whatever the text, parsing gives a dot or a typed error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseDot(text)).toThrow(expect.objectContaining({ code: 'malformed-message' }));
      }),
    );
  });
});
