import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameValue, valueBytes } from './value.ts';

/** UTF-8 bytes of a text, the slow way. */
function byteLength(text: string): number {
  return encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, '.').length;
}

describe('values', () => {
  test('a text takes as many bytes as its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(valueBytes(text)).toBe(byteLength(text));
      }),
    );
    expect(valueBytes('aé€😀')).toBe(1 + 2 + 3 + 4);
  });

  test('bytes take their length, all else eight', () => {
    expect(valueBytes(new Uint8Array(5))).toBe(5);
    for (const value of [null, true, 1.5]) expect(valueBytes(value)).toBe(8);
  });

  test('bytes are the same by content, all else by identity of value', () => {
    expect(sameValue(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
    expect(sameValue(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
    expect(sameValue(new Uint8Array([1]), new Uint8Array([1, 3]))).toBe(false);
    expect(sameValue(new Uint8Array(), null)).toBe(false);
    expect(sameValue(Number.NaN, Number.NaN)).toBe(true);
    expect(sameValue(1, '1')).toBe(false);
  });
});
