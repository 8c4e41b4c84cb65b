import { isUuid } from '@shoal/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivedRecordId, freshRecordId } from './record-ids.ts';

const secret = Buffer.alloc(32, 1);

describe('fresh record ids', () => {
  test('are UUIDv7 that sort by the millisecond they were made in', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 2 }), fc.integer({ min: 1, max: 100_000 }), (ms, later) => {
        const [one, other] = [freshRecordId(ms), freshRecordId(Math.min(ms + later, 2 ** 48 - 1))];
        expect(isUuid(one)).toBe(true);
        expect(one).toMatch(/^.{14}7.{4}[89ab]/);
        expect(Number.parseInt(one.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
        expect(one < other).toBe(true);
      }),
    );
  });

  test('of one millisecond sort by when they were asked for, also when there are more than its counter has', () => {
    const ids = Array.from({ length: 10_000 }, () => freshRecordId(2 ** 40));
    expect(ids.toSorted()).toEqual(ids);
  });

  test('differ, also in one millisecond and past the end of the random bytes at hand', () => {
    const ids = Array.from({ length: 2_000 }, () => freshRecordId(1));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('[MRG-6] derived record ids', () => {
  test('are the same wherever the secret, the kind and the key are the same', () => {
    expect(derivedRecordId(secret, 'content_identity', 'abc')).toBe(
      derivedRecordId(Buffer.alloc(32, 1), 'content_identity', 'abc'),
    );
  });

  // Written down: a device that derived others would never meet the rest on one record again.
  test('are UUIDv8, and these', () => {
    expect(derivedRecordId(secret, 'content_identity', 'abc')).toMatchInlineSnapshot(
      `"32967112-46ab-81de-9572-48055970337e"`,
    );
    expect(derivedRecordId(secret, 'user_metadata_tag', 'a', 'b')).toMatchInlineSnapshot(
      `"21b97c1b-a8e7-86a9-af41-c87166415bfe"`,
    );
    expect(derivedRecordId(secret, 'x')).toMatch(/^.{14}8.{4}[89ab]/);
  });

  test('are others in another library, and of another kind', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const id = derivedRecordId(secret, 'one', key);
        expect(derivedRecordId(Buffer.alloc(32, 2), 'one', key)).not.toBe(id);
        expect(derivedRecordId(secret, 'other', key)).not.toBe(id);
      }),
    );
  });

  test('keep the parts of a key apart', () => {
    expect(derivedRecordId(secret, 'k', 'ab', 'c')).not.toBe(derivedRecordId(secret, 'k', 'a', 'bc'));
    expect(derivedRecordId(secret, 'k', 'a')).not.toBe(derivedRecordId(secret, 'ka'));
    expect(derivedRecordId(secret, 'k', '')).not.toBe(derivedRecordId(secret, 'k'));
  });
});
