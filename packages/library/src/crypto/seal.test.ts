import { ShoalError } from '@shoal/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyRing, openPayload, sealPayload } from './seal.ts';

const ring: KeyRing = {
  currentKeyId: 1,
  keysById: new Map([
    [1, Buffer.alloc(32, 1)],
    [2, Buffer.alloc(32, 2)],
    [3, Buffer.alloc(16, 3)],
  ]),
};
const header = Buffer.from('the header');
const payload = Buffer.from('the payload');

function expectUnsealed(field: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ShoalError);
    expect(error).toMatchObject({ code: 'unsealing-failed', subject: { field } });
    return;
  }
  expect.fail('it opened');
}

describe('[CHG-4] a sealed payload', () => {
  test('opens to what was sealed, also when that is nothing, as of a delete', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (clear, bound) => {
        const sealed = sealPayload(ring, 1, Buffer.from(bound), Buffer.from(clear));
        expect(sealed.length).toBe(clear.length + 40);
        expect(openPayload(ring, 1, bound, sealed)).toEqual(Buffer.from(clear));
      }),
    );
  });

  test('is another each time, and shows nothing of what it holds', () => {
    const one = sealPayload(ring, 1, header, payload);
    expect(sealPayload(ring, 1, header, payload)).not.toEqual(one);
    expect(one.includes(payload)).toBe(false);
  });

  test('does not open with another key', () => {
    expectUnsealed('sealed', () => openPayload(ring, 2, header, sealPayload(ring, 1, header, payload)));
  });

  test('does not open when one bit of it, or of the header, was flipped', () => {
    const sealed = sealPayload(ring, 1, header, payload);
    for (let bit = 0; bit < sealed.length * 8; bit++)
      expectUnsealed('sealed', () => openPayload(ring, 1, header, flipped(sealed, bit)));
    for (let bit = 0; bit < header.length * 8; bit++)
      expectUnsealed('sealed', () => openPayload(ring, 1, flipped(header, bit), sealed));
  });

  test('does not open when it was cut or lengthened', () => {
    const sealed = sealPayload(ring, 1, header, payload);
    for (let length = 0; length < sealed.length; length++)
      expectUnsealed('sealed', () => openPayload(ring, 1, header, sealed.subarray(0, length)));
    expectUnsealed('sealed', () => openPayload(ring, 1, header, Buffer.concat([sealed, Buffer.alloc(1)])));
  });

  test('names the key that is missing, or is none', () => {
    const sealed = sealPayload(ring, 1, header, payload);
    expectUnsealed('key_id', () => openPayload(ring, 9, header, sealed));
    expectUnsealed('key_id', () => openPayload(ring, 3, header, sealed));
    expectUnsealed('key_id', () => sealPayload(ring, 9, header, payload));
    expectUnsealed('key_id', () => sealPayload(ring, 3, header, payload));
  });
});

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
