import { asShoalError, limits, type Version } from '@shoal/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryHeader, RecordPayload } from '../../gen/shoal/v1/entry.ts';
import { encodeRecordPayload } from './encode-record-payload.ts';
import { decodeHeader, encodeHeader, headerFromWire } from './entry.ts';
import { dotToWire, uuidToBytes } from './ids.ts';
import { readHeader } from './read-header.ts';
import { readPayload } from './read-payload.ts';
import { decodeAnyPayload, decodeRecordPayload } from './record-payload.ts';
import { damage, damages, header, state } from './testing/arbitraries.ts';
import { valueToWire } from './value.ts';
import { versionToWire } from './version.ts';

const runs = { numRuns: 300 };
const scope = '33333333-3333-4333-8333-333333333333';
/** Numbers of more than seven bytes are the generated code's. */
const plainHeader = header.map((made) => ({ ...made, wallMs: made.wallMs % 2 ** 49 }));

/** What comes of `work`: a value, or the code and field that it is refused with. */
function outcomeOf(work: () => unknown) {
  try {
    return { value: work() };
  } catch (error) {
    const { code, subject, message } = asShoalError(error);
    return { code, subject, message };
  }
}

describe('headers read without the generated code', () => {
  test('[CHG-2] a header that is written by it or by hand has the same bytes', () => {
    fc.assert(
      fc.property(header, (made) => {
        const wire = {
          ...{ ...made, _unknownFields: {} },
          libraryId: uuidToBytes(made.libraryId),
          origin: uuidToBytes(made.origin),
          dot: dotToWire(made.dot),
          version: versionToWire(made.version),
          domain: made.domain === 'index' ? 1 : 2,
          recordId: uuidToBytes(made.recordId),
          scope: made.scope === null ? Buffer.alloc(0) : uuidToBytes(made.scope),
          change: { insert: 1, update: 2, delete: 3 }[made.change],
        } as unknown as EntryHeader;
        expect(encodeHeader(made)).toEqual(Buffer.from(EntryHeader.encode(wire).finish()));
      }),
      runs,
    );
  });

  test('[CHG-2] what capture writes is read so', () => {
    fc.assert(
      fc.property(plainHeader, (made) => {
        expect(readHeader(encodeHeader(made))).toEqual(made);
      }),
      runs,
    );
  });

  test('[SEC-5] whatever the bytes, both say the same of them', () => {
    const bytes = fc.oneof(
      fc.tuple(header, damages).map(([made, list]) => damage(encodeHeader(made), list)),
      header.map((made) => Buffer.concat([encodeHeader(made), Buffer.from([0x42, 16]), uuidToBytes(scope)])),
      fc.uint8Array({ maxLength: 200 }),
    );
    const generated = (given: Uint8Array) => {
      try {
        return EntryHeader.decode(given);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(bytes, (given) => {
        const wire = generated(given);
        if (wire === undefined) expect(readHeader(given)).toBeNull();
        else expect(outcomeOf(() => decodeHeader(given))).toEqual(outcomeOf(() => headerFromWire(wire)));
      }),
      { numRuns: 1_500 },
    );
  });
});

describe('payloads read without the generated code', () => {
  test('[CHG-3] what is written with values of less than 49 bits is read so', () => {
    const isLarge = (value: unknown) => typeof value === 'number' && Math.abs(value) >= 2 ** 48;
    const isOther = (field: string) => /[^ -~]/.test(field);
    const plain = state.filter(({ fields }) =>
      [...fields].every(([field, list]) => !isOther(field) && !list.some(({ value }) => isLarge(value))),
    );
    fc.assert(
      fc.property(plain, (made) => {
        expect(readPayload(encodeRecordPayload(made), made.version)).toEqual(made);
      }),
      runs,
    );
  });

  test('[SEC-5] whatever the bytes, both say the same of them', () => {
    const given = fc.oneof(
      fc.tuple(state, damages).map(([made, list]) => ({
        version: made.version,
        bytes: damage(encodeRecordPayload(made), list),
      })),
      fc.tuple(state, state).map(([a, b]) => ({ version: b.version, bytes: encodeRecordPayload(a) })),
      fc.tuple(state, state).map(([a, b]) => ({
        version: a.version,
        bytes: Buffer.concat([encodeRecordPayload(a), encodeRecordPayload(b)]),
      })),
    );
    fc.assert(
      fc.property(given, ({ bytes, version }) => {
        const slow = outcomeOf(() => decodeAnyPayload(bytes, version));
        expect(outcomeOf(() => decodeRecordPayload(bytes, version))).toEqual(slow);
      }),
      { numRuns: 1_000 },
    );
  });

  test('[SEC-5] bounds of values are the same', () => {
    const replica = '00000000-0000-4000-8000-000000000001.00000000000000aa';
    const version = new Map([[replica, '0000000000640000']]) as unknown as Version;
    const base = { replica: Buffer.alloc(24), ms: 1, counter: 0 };
    base.replica.set(Buffer.from('00000000000040008000000000000001' + '00000000000000aa', 'hex'));
    for (const value of [
      'x'.repeat(limits.valueBytesMax),
      'x'.repeat(limits.valueBytesMax + 1),
      'é',
      -0,
      1e300,
    ]) {
      const fields = [{ field: 'a', value: valueToWire(value) }];
      const wire = { base, fields, siblings: [], deletes: [] };
      const bytes = RecordPayload.encode(wire as unknown as RecordPayload).finish();
      const slow = outcomeOf(() => decodeAnyPayload(bytes, version));
      expect(outcomeOf(() => decodeRecordPayload(bytes, version))).toEqual(slow);
    }
  });
});
