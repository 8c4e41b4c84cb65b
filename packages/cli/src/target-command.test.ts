import { uuidToBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { expect, test } from 'vitest';
import { namedAsGiven } from './target-command.ts';

const [one, two] = ['0198c0de-0000-7000-8000-000000000001', '0198c0de-0000-7000-8000-000000000002'];
const ids = [one, two].map((id) => uuidToBytes(id));

test('a failure about one of many files says which of them, as it was given', () => {
  const failure = new ShoalError('invalid-argument', 'it is empty', { field: 'target_ids', record: two });
  expect(namedAsGiven(failure, ['a.jpg', 'b.jpg'], ids)).toMatchObject({
    code: 'invalid-argument',
    message: 'b.jpg: it is empty',
    subject: failure.subject,
  });
});

test('any other failure stays as it is', () => {
  for (const failure of [
    new ShoalError('unavailable', 'it does not run'),
    new ShoalError('not-found', 'there is no tag', { record: '0198c0de-0000-7000-8000-000000000003' }),
    new TypeError('a bug'),
  ])
    expect(namedAsGiven(failure, ['a.jpg', 'b.jpg'], ids)).toBe(failure);
});
