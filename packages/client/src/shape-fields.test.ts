import { fieldsToWire } from '@shoal/proto';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type FieldsOf, modelShape } from './model-shape.ts';
import { readFields, writeFields } from './shape-fields.ts';

const note = modelShape('note', {
  title: 'text',
  stars: 'integer?',
  weight: 'number',
  is_done: 'boolean',
  picture: 'blob?',
  labels: 'json?',
  folder: 'reference?',
});
type Note = FieldsOf<(typeof note)['fields']>;

const anyNote: fc.Arbitrary<Note> = fc.record({
  title: fc.string({ unit: 'grapheme' }),
  stars: fc.option(fc.maxSafeInteger()),
  weight: fc.double({ noDefaultInfinity: true, noNaN: true }),
  is_done: fc.boolean(),
  picture: fc.option(fc.uint8Array({ maxLength: 40 })),
  labels: fc.option(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 })),
  folder: fc.option(fc.uuid()),
});

test('what is written by a shape is read by it, JSON parsed and nulls kept', () => {
  fc.assert(
    fc.property(anyNote, (fields) => {
      expect(readFields(note, writeFields(note, fields))).toEqual(fields);
    }),
  );
});

test('a shape gives its fields types: those with ? may be null, JSON has to be looked at', () => {
  expectTypeOf<Note['title']>().toEqualTypeOf<string>();
  expectTypeOf<Note['stars']>().toEqualTypeOf<number | null>();
  expectTypeOf<Note['picture']>().toEqualTypeOf<Uint8Array | null>();
  expectTypeOf<Note['labels']>().toEqualTypeOf<unknown>();
  // @ts-expect-error a text is no number
  expect(() => writeFields(note, { stars: 'many' })).toThrow('"stars": expected an integer within 2^53');
  // @ts-expect-error no such field
  expect(() => writeFields(note, { size: 1 })).toThrow('the model "note" has no field "size" here');
});

const whole = new Map<string, string | number | boolean | null>([
  ['title', 't'],
  ['stars', null],
  ['weight', 1],
  ['is_done', false],
  ['picture', null],
  ['labels', null],
  ['folder', null],
]);

describe('what a device says otherwise than the shape', () => {
  test('by another kind of value is refused, naming the field', () => {
    const sent = fieldsToWire(new Map([...whole, ['is_done', 'yes']]));
    expect(() => readFields(note, sent)).toThrow(
      expect.objectContaining({
        code: 'malformed-message',
        message: '"is_done": expected true or false, as the shape says',
        subject: { model: 'note', field: 'is_done' },
      }),
    );
  });

  test.each([
    ['title', 'a value'],
    ['weight', 'a value'],
  ])('by null in %s, which the shape does not allow, is refused', (field, expected) => {
    const sent = fieldsToWire(new Map([...whole, [field, null]]));
    expect(() => readFields(note, sent)).toThrow(`"${field}": expected ${expected}`);
  });

  test('by a field that it does not have is refused; one that the shape does not name is left out', () => {
    const { title: _, ...rest } = Object.fromEntries(whole);
    expect(() => readFields(note, fieldsToWire(new Map(Object.entries(rest))))).toThrow(
      expect.objectContaining({ code: 'unknown-field', subject: { model: 'note', field: 'title' } }),
    );
    const more = fieldsToWire(new Map([...whole, ['since_later', 1]]));
    expect(readFields(note, more)).toEqual(Object.fromEntries(whole));
  });
});

test('a field that is undefined is not written', () => {
  const fields: object = { title: 'a', stars: undefined };
  expect(writeFields(note, fields).map(({ field }) => field)).toEqual(['title']);
});
