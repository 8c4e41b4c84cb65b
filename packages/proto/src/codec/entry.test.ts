import { lifeId, limits, type ReplicaId } from '@shoal/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Entry, EntryHeader } from '../../gen/shoal/v1/entry.ts';
import {
  decodeHeader,
  encodeHeader,
  entryToWire,
  type Header,
  parseEntry,
  parsePositionedEntry,
  positionFromWire,
  positionToWire,
} from './entry.ts';
import { damage, damages, header, position, vector } from './testing/arbitraries.ts';
import { expectRefused, refusal } from './testing/refused.ts';
import { vectorFromWire, vectorToWire } from './vector.ts';
import { versionFromWire, versionToWire } from './version.ts';

const runs = { numRuns: 300 };
const sample = fc.sample(header, { numRuns: 1, seed: 7 })[0]!;

/** The bytes of a good header with one thing about it changed. */
function headerWith(changed: Partial<EntryHeader>): Buffer {
  const good = EntryHeader.decode(encodeHeader(sample));
  return Buffer.from(EntryHeader.encode({ ...good, ...changed }).finish());
}

function entryOf(made: Header): Entry {
  return {
    header: encodeHeader(made),
    sealed: Buffer.alloc(40, 1),
    signature: Buffer.alloc(64, 2),
    position: undefined,
  };
}

describe('headers', () => {
  test('[CHG-2] what was encoded decodes to the same header', () => {
    fc.assert(
      fc.property(header, (made) => {
        expect(decodeHeader(encodeHeader(made))).toEqual(made);
      }),
      runs,
    );
  });

  test('[CHG-2] equal headers give equal bytes, in whatever order their versions were made', () => {
    fc.assert(
      fc.property(header, (made) => {
        const version = new Map([...made.version].reverse());
        expect(encodeHeader({ ...made, version })).toEqual(encodeHeader(made));
      }),
      runs,
    );
  });

  test('[CHG-4] a header is passed on as it came, with fields that this program does not know', () => {
    const unknown = Buffer.from([0xf8, 0x07, 0x2a]); // Field 127, the number 42.
    const entry = { ...entryOf(sample), header: Buffer.concat([encodeHeader(sample), unknown]) };
    const parsed = parseEntry(entry);
    expect(parsed.header).toEqual(sample);
    expect(entryToWire(parsed).header).toEqual(entry.header);
    const again = parsePositionedEntry(
      Entry.decode(Entry.encode(entryToWire(parsed, fc.sample(position, 1)[0]!)).finish()),
    );
    expect(Buffer.from(again.headerBytes)).toEqual(entry.header);
  });

  test('[SEC-5] random bytes are a header or are refused with a field', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        refusal(() => decodeHeader(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  test('[SEC-5] damaged headers are a header or are refused with a field', () => {
    fc.assert(
      fc.property(header, damages, (made, list) => {
        refusal(() => {
          const decoded = decodeHeader(damage(encodeHeader(made), list));
          expect(decodeHeader(encodeHeader(decoded))).toEqual(decoded);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('[SEC-5] groups within groups without end are refused', () => {
    expectRefused('header', () => decodeHeader(Buffer.alloc(64 * 1024, 0x0b)));
  });

  test.each<[string, string, Partial<EntryHeader>]>([
    ['library_id', 'of 15 bytes', { libraryId: Buffer.alloc(15) }],
    ['origin', 'of no bytes', { origin: Buffer.alloc(0) }],
    ['record_id', 'of 17 bytes', { recordId: Buffer.alloc(17) }],
    ['scope', 'of one byte', { scope: Buffer.alloc(1) }],
    ['dot', 'missing', { dot: undefined }],
    ['dot', 'of another device than the origin', { origin: Buffer.alloc(16, 9) }],
    ['version', 'without the change', { version: [] }],
    ['domain', 'of no kind', { domain: 0 }],
    ['domain', 'of a kind to come', { domain: 3 as never }],
    ['change', 'of no kind', { change: 0 }],
    ['change', 'of a kind to come', { change: 4 as never }],
    ['schema_version', 'of zero', { schemaVersion: 0 }],
    ['model', 'without a name', { model: '' }],
    ['model', 'with capitals', { model: 'Tag' }],
    ['model', 'that is a statement', { model: 'tag; drop table tags' }],
    ['model', 'of too many characters', { model: 'a'.repeat(limits.nameLengthMax + 1) }],
    ['trace_parent', 'that is too long', { traceParent: '0'.repeat(129) }],
  ])('[SEC-5] the field %s is named of a header with one %s', (field, _what, changed) => {
    expectRefused(field, () => decodeHeader(headerWith(changed)));
  });

  test('[SEC-5] a header over the limit is refused unread', () => {
    expectRefused('header', () => decodeHeader(Buffer.alloc(64 * 1024 + 1)));
  });

  test('[CLK-1] a header with a stamp of 2^47 ms is refused', () => {
    const good = EntryHeader.decode(encodeHeader(sample));
    expectRefused('hlc', () => decodeHeader(headerWith({ dot: { ...good.dot!, ms: 2 ** 47 } })));
  });
});

describe('entries', () => {
  test('[SEC-5] a sealed payload, or a signature, over the limit is refused', () => {
    const good = entryOf(sample);
    const sealed = Buffer.alloc(limits.payloadBytesMax + 40);
    expect(parseEntry({ ...good, sealed }).sealed.length).toBe(sealed.length);
    expectRefused('sealed', () => parseEntry({ ...good, sealed: Buffer.concat([sealed, Buffer.from([0])]) }));
    expectRefused('signature', () => parseEntry({ ...good, signature: Buffer.alloc(1_025) }));
  });

  test('[CHG-1] an entry that travels has a position', () => {
    expectRefused('position', () => parsePositionedEntry(entryOf(sample)));
  });

  test('[CHG-1] what was encoded decodes to the same position', () => {
    fc.assert(
      fc.property(position, (made) => {
        expect(positionFromWire(positionToWire(made))).toEqual(made);
      }),
      runs,
    );
  });

  test.each([
    ['before its group', { originSeq: 1, groupFirst: 2, groupLast: 3 }],
    ['behind its group', { originSeq: 4, groupFirst: 2, groupLast: 3 }],
    ['zero', { originSeq: 0, groupFirst: 0, groupLast: 3 }],
    ['in a group from zero', { originSeq: 1, groupFirst: 0, groupLast: 3 }],
  ])('[REP-8] a position %s is refused', (_what, numbers) => {
    const stream = Buffer.alloc(24);
    expectRefused('position', () => positionFromWire({ stream, predecessor: undefined, ...numbers }));
  });

  test('[SEC-5] a stream or a predecessor that is no 24 bytes is refused', () => {
    const numbers = { originSeq: 1, groupFirst: 1, groupLast: 1 };
    const predecessor = { stream: Buffer.alloc(25), lastOriginSeq: 1 };
    expectRefused('stream', () =>
      positionFromWire({ ...numbers, stream: Buffer.alloc(23), predecessor: undefined }),
    );
    expectRefused('predecessor', () =>
      positionFromWire({ ...numbers, stream: Buffer.alloc(24), predecessor }),
    );
  });
});

describe('versions and vectors', () => {
  test('[MRG-1] what was encoded decodes to the same version', () => {
    fc.assert(
      fc.property(header, ({ version }) => {
        expect(versionFromWire(versionToWire(version))).toEqual(version);
      }),
      runs,
    );
  });

  test('[MRG-1] a version names each replica once, in order', () => {
    fc.assert(
      fc.property(
        header.filter(({ version }) => version.size > 1),
        ({ version }) => {
          const [first, ...rest] = versionToWire(version);
          expectRefused('version', () => versionFromWire([...rest, first!]));
          expectRefused('version', () => versionFromWire([first!, first!, ...rest]));
        },
      ),
    );
  });

  test('[SEC-5] a version of too many replicas is refused', () => {
    const many = Array.from({ length: limits.versionReplicasMax + 1 }, (_, index) => {
      const id = lifeId<ReplicaId>(sample.origin, index.toString(16).padStart(16, '0'));
      return [id, '0000000000010000'] as const;
    });
    const wire = versionToWire(new Map(many) as never);
    expect(versionFromWire(wire.slice(1)).size).toBe(limits.versionReplicasMax);
    expectRefused('version', () => versionFromWire(wire));
  });

  test('[LOG-2] what was encoded decodes to the same vector', () => {
    fc.assert(
      fc.property(vector, (made) => {
        expect(vectorFromWire(vectorToWire(made))).toEqual(made);
      }),
      runs,
    );
  });

  test('[SEC-5] a vector with a stream twice, or with too many, is refused', () => {
    const one = { stream: Buffer.alloc(24, 1), originSeq: 1 };
    expectRefused('have', () => vectorFromWire([one, one]));
    expectRefused('have', () => vectorFromWire(Array(limits.streamsMax + 1).fill(one)));
  });
});
