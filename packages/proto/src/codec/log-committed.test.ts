import type { LibraryId } from '@shoal/core';
import { expect, test } from 'vitest';
import { encodeLogCommitted, parseLogCommitted } from './log-committed.ts';

const growth = { libraryId: '018f0000-0000-7000-8000-0000000000aa' as LibraryId, headSeq: 7, isOwn: true };

test('what the log-store says of its commit is read as it was said', () => {
  expect(parseLogCommitted(encodeLogCommitted(growth))).toEqual(growth);
  expect(parseLogCommitted(encodeLogCommitted({ ...growth, isOwn: false }))).toEqual({
    ...growth,
    isOwn: false,
  });
});

test('[SEC-5] a hint that does not parse names no library', () => {
  expect(parseLogCommitted(Buffer.from([255, 255, 255]))).toBeUndefined();
  expect(parseLogCommitted(Buffer.alloc(0))).toBeUndefined();
});
