import type { LibraryId } from '@shoal/core';
import { encodeLogCommitted } from '@shoal/proto';
import { expect, test } from 'vitest';
import { readHint } from './read-hint.ts';

const libraryId = '018f0000-0000-7000-8000-0000000000aa' as LibraryId;

test('what others brought into a log is news to the follower of that library, what the device appended is none', () => {
  const hint = (isOwn: boolean) => readHint(encodeLogCommitted({ libraryId, headSeq: 7, isOwn }));
  expect([hint(false), hint(true)]).toEqual([
    { libraryId, isNews: true },
    { libraryId, isNews: false },
  ]);
});

test('a hint that does not parse names no library, so that all are looked at', () => {
  expect(readHint(Buffer.from([255, 255, 255]))).toBeUndefined();
});
