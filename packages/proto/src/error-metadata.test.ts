import { ShoalError } from '@shoal/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorFromMetadata, errorToMetadata } from './error-metadata.ts';

test('an error comes back from its metadata with code, message and subject, whatever the names hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (field, model) => {
      const sent = new ShoalError('unknown-field', 'no such field', { field, model });
      const metadata = errorToMetadata(sent);
      for (const value of metadata.values()) expect(value).toMatch(/^[\x20-\x7e]*$/);
      const received = errorFromMetadata((key) => metadata.get(key), sent.message);
      expect(received).toMatchObject({
        code: sent.code,
        message: sent.message,
        subject: { field: field.slice(0, 500), model: model.slice(0, 500) },
      });
    }),
  );
});

test('metadata without a code of the catalogue is no error of ours', () => {
  expect(errorFromMetadata(() => undefined, 'x')).toBeUndefined();
  expect(errorFromMetadata(() => 'no-such-code', 'x')).toBeUndefined();
});
