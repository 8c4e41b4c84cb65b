import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatHlc } from '../clock/hlc.ts';
import { replicas } from './testing/replicas.ts';
import {
  compareVersions,
  covers,
  emptyVersion,
  formatVersion,
  includes,
  joinVersions,
  parseVersion,
  type Version,
  versionDots,
  versionOf,
  withDot,
} from './version.ts';

const version: fc.Arbitrary<Version> = fc
  .shuffledSubarray([...replicas])
  .chain((chosen) => fc.tuple(...chosen.map((replica) => fc.tuple(fc.constant(replica), fc.nat({ max: 3 })))))
  .map((entries) => new Map(entries.map(([replica, ms]) => [replica, formatHlc(ms, 0)])));

describe('versions', () => {
  test('[MRG-2] the join is the least version that includes both', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const joined = joinVersions(a, b);
        expect(includes(joined, a) && includes(joined, b)).toBe(true);
        if (includes(c, a) && includes(c, b)) expect(includes(c, joined)).toBe(true);
        expect(joined).toEqual(joinVersions(b, a));
      }),
    );
  });

  test('[MRG-2] they are equal, or one includes the other, or they are concurrent', () => {
    const mirrored = { equal: 'equal', includes: 'included', included: 'includes', concurrent: 'concurrent' };
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareVersions(a, b);
        expect(compareVersions(b, a)).toBe(mirrored[order]);
        expect(order === 'equal').toBe(formatVersion(a) === formatVersion(b));
        expect(order === 'equal' || order === 'includes').toBe(includes(a, b));
      }),
    );
  });

  test('[MRG-1] a version includes another if and only if it covers each of its dots', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(includes(a, b)).toBe(versionDots(b).every((dot) => covers(a, dot)));
        expect(versionOf(versionDots(a))).toEqual(a);
        for (const dot of versionDots(b)) expect(covers(withDot(a, dot), dot)).toBe(true);
      }),
    );
  });

  test('[MRG-1] the text of a version reads back, and equal versions have equal texts', () => {
    fc.assert(
      fc.property(version, (a) => {
        const reversed = new Map([...a].reverse());
        expect(parseVersion(formatVersion(a))).toEqual(a);
        expect(formatVersion(reversed)).toBe(formatVersion(a));
      }),
    );
    expect(parseVersion('')).toBe(emptyVersion);
  });

  test('[MRG-1] a text that is no version is refused', () => {
    for (const text of [' ', 'x', `${formatVersion(versionOf([]))}  `]) {
      expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: 'malformed-message' }));
    }
  });
});
