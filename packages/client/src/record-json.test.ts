import type { Value } from '@shoal/core';
import { fieldsFromWire, fieldsToWire, uuidToBytes, type WireDot } from '@shoal/proto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromJson, toJson, versionFromText, versionToText } from './record-json.ts';

const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  // JSON knows no minus zero, and no column tells it from zero.
  fc.double({ noDefaultInfinity: true, noNaN: true }).filter((value) => !Object.is(value, -0)),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array({ maxLength: 40 }),
);
const anyName = fc.stringMatching(/^[a-z][a-z_]{0,20}$/);
const anyDot: fc.Arbitrary<WireDot> = fc.record({
  replica: fc.uint8Array({ minLength: 24, maxLength: 24 }).map((bytes) => Buffer.from(bytes)),
  ms: fc.nat({ max: 2 ** 47 - 1 }),
  counter: fc.nat({ max: 2 ** 16 - 1 }),
});

test('a record comes back from JSON text with the same fields and the same version', () => {
  const id = '0190c4a0-0000-7000-8000-000000000001';
  fc.assert(
    fc.property(
      fc.dictionary(anyName, anyValue, { noNullPrototype: true }),
      fc.array(anyDot),
      (fields, version) => {
        const byName = new Map(Object.entries(fields).filter(([, value]) => isSendable(value)));
        const wire = { model: 'tag', recordId: uuidToBytes(id), fields: fieldsToWire(byName), version };
        const json = JSON.parse(JSON.stringify(toJson(wire)));
        expect(json).toMatchObject({ model: 'tag', id });
        expect(fieldsFromWire(fromJson(json.fields))).toEqual(byName);
        expect(versionFromText(json.version)).toMatchObject(version);
      },
    ),
  );
});

/** Beyond 2^53 integers are refused. */
function isSendable(value: Value): boolean {
  return typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value);
}

test.each([
  ['a list', { size: [1] }],
  ['an object', { size: { a: 1 } }],
  ['a rounded integer', { size: 2 ** 60 }],
  ['bad base64', { size: { $base64: '***' } }],
  ['base64 and more', { size: { $base64: '', more: 1 } }],
])('[SEC-5] %s is no value: refused, naming the field', (_, fields) => {
  expect(() => fromJson(fields)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', subject: { field: 'size' } }),
  );
});

test.each([[null], [[]], ['text'], [7]])('[SEC-5] %j is no object of fields', (fields) => {
  expect(() => fromJson(fields)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
});

test('[MRG-1] the version of nothing is the empty text, and a text that no read gave is refused', () => {
  expect(versionToText([])).toBe('');
  expect(versionFromText('')).toEqual([]);
  for (const text of ['?', 'AAAA', 'abc'])
    expect(() => versionFromText(text)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', subject: { field: 'version' } }),
    );
});
