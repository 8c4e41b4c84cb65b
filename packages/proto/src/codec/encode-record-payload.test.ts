import type { Dot, RecordState, Sibling } from '@shoal/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordPayload } from '../../gen/shoal/v1/entry.ts';
import { encodeRecordPayload } from './encode-record-payload.ts';
import { dotToWire } from './ids.ts';
import { state, value } from './testing/arbitraries.ts';
import { valueToWire } from './value.ts';

/** The same by the generated code, from messages. */
function byGeneratedCode({ fields, deletes }: RecordState): Buffer {
  const countByDot = new Map<Dot, number>();
  for (const { dot } of [...fields.values()].flat()) countByDot.set(dot, (countByDot.get(dot) ?? 0) + 1);
  const [base] = [...countByDot].sort(([a, x], [b, y]) => y - x || (a < b ? 1 : -1))[0] ?? [];
  const all = [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([field, siblings]) => siblings.map((sibling) => ({ field, ...sibling })));
  return Buffer.from(
    RecordPayload.encode({
      base: base && dotToWire(base),
      fields: all
        .filter(({ dot }) => dot === base)
        .map((each) => ({ ...each, value: valueToWire(each.value) })),
      siblings: all
        .filter(({ dot }) => dot !== base)
        .map((each) => ({ ...each, dot: dotToWire(each.dot), value: valueToWire(each.value) })),
      deletes: deletes.map(dotToWire),
    }).finish(),
  );
}

// Lengths that take one, two and three bytes, texts of one to four bytes a character.
const long = fc
  .tuple(fc.constantFrom('a', 'é', '水', '🐟', '\0'), fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 9_000 })))
  .map(([unit, count]) => unit.repeat(count));

test('[CHG-3] a payload is byte for byte what the generated code makes of the same state', () => {
  fc.assert(
    fc.property(state, long, value, (made, text, any) => {
      expect(encodeRecordPayload(made)).toEqual(byGeneratedCode(made));
      const [siblings] = made.fields.values();
      if (siblings === undefined) return;
      const [first, ...others]: readonly Sibling[] = siblings;
      const more = [{ ...first!, value: text }, ...others];
      const fields = new Map([
        ...made.fields,
        ['long', more],
        ['bytes', [{ ...first!, value: Buffer.from(text) }]],
      ]);
      fields.set('any', [{ ...first!, value: any }]);
      expect(encodeRecordPayload({ ...made, fields })).toEqual(byGeneratedCode({ ...made, fields }));
    }),
    { numRuns: 1_000 },
  );
});

test('a payload stays as it was when the next one is encoded, also after one of several megabytes', () => {
  const [dot] = ['000000000001000a@00000000-0000-4000-8000-000000000001.00000000000000aa' as Dot];
  const of = (text: string): RecordState => ({
    version: new Map(),
    fields: new Map([['a', [{ dot, value: text }]]]),
    deletes: [],
  });
  const texts = ['x', 'y'.repeat(3_000_000), 'z'];
  const payloads = texts.map((text) => encodeRecordPayload(of(text)));
  expect(payloads).toEqual(texts.map((text) => byGeneratedCode(of(text))));
});
