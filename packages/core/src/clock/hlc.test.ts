import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';
import {
  type Clock,
  clockHlc,
  formatHlc,
  hlcCounter,
  hlcMs,
  hlcMsEnd,
  parseHlc,
  receiveHlc,
  tickClock,
  zeroClock,
} from './hlc.ts';

const ms = fc.nat({ max: hlcMsEnd - 1 });
const counter = fc.nat({ max: 0xffff });
const reading = fc.record({ ms, counter });
/** Whatever a machine may say the time is. */
const brokenWall = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e300, -1),
);

function compareReadings(a: Clock, b: Clock): number {
  return Math.sign(a.ms - b.ms || a.counter - b.counter);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe('stamps', () => {
  test('[CLK-1] texts sort as the stamps do, are 16 wide, and read back as what they were made of', () => {
    fc.assert(
      fc.property(reading, reading, (a, b) => {
        const text = formatHlc(a.ms, a.counter);
        expect(compareTexts(text, formatHlc(b.ms, b.counter))).toBe(compareReadings(a, b));
        expect(text).toHaveLength(16);
        expect({ ms: hlcMs(text), counter: hlcCounter(text) }).toEqual(a);
        expect(parseHlc(text)).toBe(text);
      }),
    );
  });

  test.each([
    [0, 0, '0000000000000000'],
    [1, 2, '0000000000010002'],
    [1_700_000_000_000, 255, '018bcfe5680000ff'],
    [hlcMsEnd - 1, 0xffff, '7fffffffffffffff'],
  ])('[CLK-1] %d ms, counter %d reads %s', (ms, counter, text) => {
    expect(formatHlc(ms, counter)).toBe(text);
  });

  test.each([
    [hlcMsEnd, 0],
    [-1, 0],
    [0.5, 0],
    [Number.NaN, 0],
    [0, 0x10000],
    [0, -1],
  ])('[CLK-1] %d ms, counter %d is no stamp', (ms, counter) => {
    expect(() => formatHlc(ms, counter)).toThrow(ShoalError);
  });

  test.each([
    ['2^47 ms', '8000000000000000'],
    ['upper case', '00000000000000AB'],
    ['too short', '000000000000000'],
    ['too long', '00000000000000000'],
    ['a line end', '000000000000000\n'],
    ['empty', ''],
  ])('[CLK-1] a text with %s is refused at parse', (_, text) => {
    expect(() => parseHlc(text)).toThrow(expect.objectContaining({ code: 'malformed-message' }));
  });
});

describe('the clock', () => {
  test('[CLK-2] every tick is greater than all ticked and taken before, whatever the wall clock does', () => {
    const step = fc.record({ wall: fc.oneof(ms, brokenWall), stamp: fc.option(reading) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let clock = zeroClock;
        let greatest = '';
        for (const { wall, stamp } of steps) {
          if (stamp !== null) {
            const hlc = formatHlc(stamp.ms, stamp.counter);
            const received = receiveHlc(clock, hlc, wall);
            clock = received.clock;
            if (received.kind === 'taken' && hlc > greatest) greatest = hlc;
          }
          clock = tickClock(clock, wall);
          const ticked = clockHlc(clock);
          expect(ticked > greatest).toBe(true);
          greatest = ticked;
        }
      }),
    );
  });

  test('[CLK-2] a tick after a stamp from the future sorts after it', () => {
    const hlc = formatHlc(5_000, 7);
    const { clock } = receiveHlc({ ms: 1_000, counter: 3 }, hlc, 1_000);
    expect(clockHlc(tickClock(clock, 1_001))).toBe(formatHlc(5_000, 8));
  });

  test('[CLK-2] a wall clock that stepped back counts on, one that went ahead starts the counter anew', () => {
    expect(tickClock({ ms: 1_000, counter: 3 }, 400)).toEqual({ ms: 1_000, counter: 4 });
    expect(tickClock({ ms: 1_000, counter: 3 }, 1_000)).toEqual({ ms: 1_000, counter: 4 });
    expect(tickClock({ ms: 1_000, counter: 3 }, 1_001.9)).toEqual({ ms: 1_001, counter: 0 });
  });

  test('[CLK-2] a received stamp that is not greater leaves the clock as it is', () => {
    const clock = { ms: 1_000, counter: 3 };
    for (const hlc of [formatHlc(1_000, 3), formatHlc(1_000, 2), formatHlc(999, 9)]) {
      expect(receiveHlc(clock, hlc, 1_000)).toEqual({ kind: 'taken', clock });
    }
  });

  test('[CLK-3] a counter that overflows carries into the milliseconds', () => {
    expect(tickClock({ ms: 1_000, counter: 0xffff }, 1_000)).toEqual({ ms: 1_001, counter: 0 });
  });

  test('[CLK-4] a stamp more than maxDrift ahead is reported and does not pull; at maxDrift it does', () => {
    const clock = { ms: 1_000, counter: 0 };
    const wall = 10_000;
    const atBound = formatHlc(wall + limits.maxDriftMs, 0);
    const beyond = formatHlc(wall + limits.maxDriftMs + 1, 0);
    expect(receiveHlc(clock, atBound, wall).kind).toBe('taken');
    expect(receiveHlc(clock, beyond, wall)).toEqual({ kind: 'drift', clock, aheadMs: limits.maxDriftMs + 1 });
    expect(receiveHlc(clock, beyond, wall, limits.maxDriftMs + 1).kind).toBe('taken');
  });

  test('[CLK-4] no wall clock refuses a write, and none uses up the range of stamps', () => {
    fc.assert(
      fc.property(fc.array(brokenWall, { minLength: 1 }), (walls) => {
        const clock = walls.reduce(tickClock, { ms: 1_700_000_000_000, counter: 0xfffe });
        expect(() => clockHlc(clock)).not.toThrow();
        expect(hlcMsEnd - clock.ms).toBeGreaterThan(hlcMsEnd / 4);
      }),
    );
  });
});
