import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { model, reference, text } from '../apply/testing/domain.ts';
import { ShoalError } from '../errors/shoal-error.ts';
import { limits } from '../limits.ts';
import type { Value } from '../record/value.ts';
import { checkFields } from './check-fields.ts';
import type { ModelSpec, ValueField } from './spec.ts';

const id = '01234567-89ab-4cde-8f01-23456789abcd';

function field(kind: ValueField['kind'], nullable = true): ValueField {
  return { kind, name: kind, nullable, default: null };
}

const everything: ModelSpec = model('thing', { kind: 'shared' }, [
  field('text'),
  field('integer', false),
  field('number'),
  field('boolean'),
  field('blob'),
  field('json'),
  { ...text('size'), oneOf: ['small', 'large'] },
  reference('parent', 'thing', 'wait'),
]);

function check(name: string, value: Value): () => void {
  return () => checkFields(everything, new Map([[name, value]]));
}

describe('the fields of a write', () => {
  test('[SEC-5] whatever they are, they pass or give a typed error that names model and field', () => {
    const name = fc.oneof(fc.constantFrom(...everything.fields.map((known) => known.name)), fc.string());
    const value = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.double(),
      fc.integer(),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.uuid(),
      fc.uint8Array(),
      fc.anything().map((junk) => junk as Value),
    );
    fc.assert(
      fc.property(name, value, (name, value) => {
        try {
          checkFields(everything, new Map([[name, value]]));
        } catch (error) {
          expect(error).toBeInstanceOf(ShoalError);
          const { code, subject } = error as ShoalError;
          expect(['invalid-argument', 'unknown-field', 'payload-too-large']).toContain(code);
          expect(subject).toEqual({ model: 'thing', field: name.slice(0, 80) });
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each<[string, Value]>([
    ['text', 'words'],
    ['text', ''],
    ['integer', -(2 ** 53) + 1],
    ['number', 0.5],
    ['boolean', false],
    ['blob', new Uint8Array([1])],
    ['json', '{"a":[1]}'],
    ['size', 'large'],
    ['parent', id],
    ['parent', null],
  ])('of kind %s take %j', (name, value) => {
    expect(check(name, value)).not.toThrow();
  });

  test.each<[string, Value, string]>([
    ['text', 1, 'expected well-formed text, found a number'],
    ['text', '\ud800', 'expected well-formed text'],
    ['integer', 1.5, 'expected an integer within 2^53'],
    ['integer', 2 ** 53, 'expected an integer within 2^53'],
    ['integer', null, 'expected a value, found null'],
    ['number', Number.NaN, 'expected a finite number'],
    ['number', '1', 'expected a finite number, found a string'],
    ['boolean', 1, 'expected true or false'],
    ['blob', 'text', 'expected bytes'],
    ['text', new Uint8Array(), 'found bytes'],
    ['json', '{', 'expected JSON as text'],
    ['json', 1, 'expected JSON as text'],
    ['size', 'medium', 'expected one of small, large'],
    ['parent', 'nobody', 'expected the UUID of a thing'],
    ['parent', id.toUpperCase(), 'expected the UUID of a thing'],
    ['parent', 1, 'expected the UUID of a thing'],
  ])('[SEC-5] of kind %s refuse %j', (name, value, message) => {
    expect(check(name, value)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        message: expect.stringContaining(message),
        subject: { model: 'thing', field: name },
      }),
    );
  });

  test('[SEC-5] that the model does not have are refused, naming those that it has', () => {
    expect(check('colour', 1)).toThrow(
      expect.objectContaining({
        code: 'unknown-field',
        message: expect.stringContaining('blob, boolean'),
        subject: { model: 'thing', field: 'colour' },
      }),
    );
  });

  test('[SEC-5] that are too large alone are refused by name, too large together by model', () => {
    const large = 'x'.repeat(limits.valueBytesMax);
    expect(check('text', large)).not.toThrow();
    expect(check('text', `${large}x`)).toThrow(
      expect.objectContaining({ code: 'payload-too-large', subject: { model: 'thing', field: 'text' } }),
    );
    const full = new Map<string, Value>([
      ['text', large],
      ['blob', new Uint8Array(limits.valueBytesMax)],
    ]);
    expect(() => checkFields(everything, full)).toThrow(
      expect.objectContaining({ code: 'payload-too-large', subject: { model: 'thing' } }),
    );
  });
});
