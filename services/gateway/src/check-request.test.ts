import { limits } from '@shoal/core';
import { expect, test } from 'vitest';
import { checkDiscard, checkQuarantineIds } from './check-request.ts';

const libraryId = Buffer.alloc(16);
const named = (count: number) => ({
  libraryId,
  quarantineIds: Array.from({ length: count }, (_, index) => index + 1),
});
const refused = expect.objectContaining({
  code: 'invalid-argument',
  subject: { field: 'quarantine_ids' },
});

test('[SEC-5] to try again without a name means all, to discard without one is refused', () => {
  expect(() => checkQuarantineIds(named(0))).not.toThrow();
  expect(() => checkDiscard(named(0))).toThrow(refused);
  for (const check of [checkQuarantineIds, checkDiscard]) {
    expect(() => check(named(limits.pageRecordsMax))).not.toThrow();
    expect(() => check(named(limits.pageRecordsMax + 1))).toThrow(refused);
  }
});
