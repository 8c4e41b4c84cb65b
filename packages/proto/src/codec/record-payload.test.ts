import { type Dot, limits, mergeState, type RecordState, slotLengthMax, type Version } from '@shoal/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordPayload } from '../../gen/shoal/v1/entry.ts';
import { encodeRecordPayload } from './encode-record-payload.ts';
import { dotToWire } from './ids.ts';
import { decodeRecordPayload, readRecordPayload } from './record-payload.ts';
import { damage, damages, state } from './testing/arbitraries.ts';
import { expectRefused, refusal } from './testing/refused.ts';
import { valueToWire } from './value.ts';

const runs = { numRuns: 300 };
const replica = '00000000-0000-4000-8000-000000000001.00000000000000aa';
const dot = (ms: number) => `${ms.toString(16).padStart(12, '0')}0000@${replica}` as Dot;
const version = new Map([[replica, dot(100).slice(0, 16)]]) as unknown as Version;

/** A payload with one thing about it changed, under a version that includes every dot up to 100. */
function decodeWith(changed: Partial<RecordPayload>): RecordState {
  const payload = { base: undefined, fields: [], siblings: [], deletes: [], ...changed };
  return decodeRecordPayload(Buffer.from(RecordPayload.encode(payload).finish()), version);
}

const field = (name: string, value: Parameters<typeof valueToWire>[0] = 1) => ({
  field: name,
  value: valueToWire(value),
});
const sibling = (name: string, ms: number) => ({ ...field(name), dot: dotToWire(dot(ms)) });

describe('payloads', () => {
  test('[CHG-3] what was encoded decodes to the same state: siblings, deletes, every kind of value', () => {
    fc.assert(
      fc.property(state, (made) => {
        const bytes = encodeRecordPayload(made);
        expect(decodeRecordPayload(bytes, made.version)).toEqual(made);
        expect(readRecordPayload(bytes, made.version)).toEqual(made);
      }),
      runs,
    );
  });

  test('[CHG-3] equal states give equal bytes, in whatever order their fields came', () => {
    fc.assert(
      fc.property(
        state.chain((made) =>
          fc.tuple(fc.constant(made), fc.shuffledSubarray([...made.fields], { minLength: made.fields.size })),
        ),
        ([made, shuffled]) => {
          const bytes = encodeRecordPayload(made);
          expect(encodeRecordPayload({ ...made, fields: new Map(shuffled) })).toEqual(bytes);
          expect(encodeRecordPayload(decodeRecordPayload(bytes, made.version))).toEqual(bytes);
          expect(encodeRecordPayload(mergeState(made, made))).toEqual(bytes);
        },
      ),
      runs,
    );
  });

  test('[CHG-3] fields of one write share one base dot', () => {
    const fields = new Map([...'abcdefgh'].map((name) => [name, [{ dot: dot(1), value: name }]]));
    const bytes = encodeRecordPayload({ version, fields, deletes: [] });
    const { base, fields: plain, siblings } = RecordPayload.decode(bytes);
    expect(base).toMatchObject(dotToWire(dot(1)));
    expect([plain.length, siblings.length]).toEqual([8, 0]);
  });

  test('[CHG-3] a state without anything has no bytes', () => {
    const bytes = encodeRecordPayload({ version, fields: new Map(), deletes: [] });
    expect(bytes.length).toBe(0);
    expect(decodeRecordPayload(bytes, version)).toEqual({ version, fields: new Map(), deletes: [] });
  });

  test('[SEC-5] random bytes are a state or are refused with a field', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        refusal(() => decodeRecordPayload(bytes, version));
      }),
      { numRuns: 1_000 },
    );
  });

  test('[SEC-5] damaged payloads are refused with a field, or are a state that encodes to what it decodes from', () => {
    fc.assert(
      fc.property(state, damages, (made, list) => {
        const bytes = damage(encodeRecordPayload(made), list);
        refusal(() => {
          const decoded = decodeRecordPayload(bytes, made.version);
          expect(decodeRecordPayload(encodeRecordPayload(decoded), made.version)).toEqual(decoded);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('[SEC-5] groups within groups without end are refused', () => {
    const bytes = Buffer.alloc(limits.payloadBytesMax, 0x0b);
    expectRefused('payload', () => decodeRecordPayload(bytes, version));
  });

  test('[SEC-5] a length that promises more than there is takes no memory and is refused', () => {
    // Field 2, 2 GiB long.
    const bytes = Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x07]);
    expectRefused('payload', () => decodeRecordPayload(bytes, version));
  });

  test.each<[string, string, Partial<RecordPayload>]>([
    ['base', 'fields without a base dot', { fields: [field('a')] }],
    ['base', 'a base dot without fields', { base: dotToWire(dot(1)) }],
    ['b', 'fields out of order', { base: dotToWire(dot(1)), fields: [field('c'), field('b')] }],
    ['b', 'a field twice', { base: dotToWire(dot(1)), fields: [field('b'), field('b')] }],
    ['field', 'a field without a name', { base: dotToWire(dot(1)), fields: [field('')] }],
    [
      'field',
      'a name that is too long',
      { base: dotToWire(dot(1)), fields: [field('n'.repeat(slotLengthMax + 1))] },
    ],
    ['b', 'a field without a value', { base: dotToWire(dot(1)), fields: [{ field: 'b', value: undefined }] }],
    ['b', 'siblings out of order', { siblings: [sibling('b', 1), sibling('b', 2)] }],
    ['b', 'a sibling twice', { siblings: [sibling('b', 1), sibling('b', 1)] }],
    ['b', 'a sibling without a dot', { siblings: [{ ...field('b'), dot: undefined }] }],
    [
      'b',
      'a sibling with the base dot',
      { base: dotToWire(dot(1)), fields: [field('b')], siblings: [sibling('b', 1)] },
    ],
    ['b', 'a value that the version does not include', { siblings: [sibling('b', 101)] }],
    ['deletes', 'a delete that the version does not include', { deletes: [dotToWire(dot(101))] }],
    ['deletes', 'deletes out of order', { deletes: [dotToWire(dot(1)), dotToWire(dot(2))] }],
    ['deletes', 'a delete twice', { deletes: [dotToWire(dot(1)), dotToWire(dot(1))] }],
    ['hlc', 'a stamp of 2^47 ms', { deletes: [{ ...dotToWire(dot(1)), ms: 2 ** 47 }] }],
    ['hlc', 'a counter of 2^16', { deletes: [{ ...dotToWire(dot(1)), counter: 65_536 }] }],
    ['deletes', 'a replica of 23 bytes', { deletes: [{ ...dotToWire(dot(1)), replica: Buffer.alloc(23) }] }],
    ['b', 'a number that is none', { base: dotToWire(dot(1)), fields: [field('b', Number.NaN)] }],
    [
      'b',
      'a number without end',
      { base: dotToWire(dot(1)), fields: [field('b', Number.POSITIVE_INFINITY)] },
    ],
    [
      'b',
      'an integer as a number',
      { base: dotToWire(dot(1)), fields: [{ field: 'b', value: { kind: { $case: 'number', value: 5 } } }] },
    ],
    [
      'b',
      'a null that is none',
      { base: dotToWire(dot(1)), fields: [{ field: 'b', value: { kind: { $case: 'null', value: false } } }] },
    ],
    [
      'b',
      'a text over the limit',
      { base: dotToWire(dot(1)), fields: [field('b', 'é'.repeat(limits.valueBytesMax / 2 + 1))] },
    ],
    [
      'b',
      'a blob over the limit',
      { base: dotToWire(dot(1)), fields: [field('b', new Uint8Array(limits.valueBytesMax + 1))] },
    ],
    [
      'payload',
      'more values than allowed',
      { deletes: Array.from({ length: limits.siblingsMax + 1 }, () => dotToWire(dot(1))) },
    ],
  ])('[SEC-5] the field %s is named of a payload with %s', (named, _what, changed) => {
    expectRefused(named, () => decodeWith(changed));
  });

  test('[SEC-5] a payload over the limit is refused', () => {
    const bytes = Buffer.alloc(limits.payloadBytesMax + 1);
    const unknown = Buffer.from([0xfa, 0x7f]);
    expectRefused('payload', () => decodeRecordPayload(bytes, version));
    expectRefused('payload', () => decodeRecordPayload(Buffer.concat([unknown, bytes]), version));
  });

  test('what this device joined itself stays readable, also past the bounds', () => {
    const many = limits.siblingsMax + 1;
    const siblings = Array.from({ length: many }, (_, index) => ({ dot: dot(many - index), value: index }));
    const made = { version, fields: new Map([['a', siblings]]), deletes: [] };
    expect(readRecordPayload(encodeRecordPayload(made), version)).toEqual(made);
  });
});
