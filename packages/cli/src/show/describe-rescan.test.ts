import { expect, test } from 'vitest';
import { describeRescan } from './describe-rescan.ts';

const counts = { created: 1, updated: 2, moved: 3, deleted: 4, unchanged: 5, skipped: 6, hashed: 7 };

test('a rescan tells its counts, and nothing of a field that a newer service adds', () => {
  const newer = { ...counts, _unknownFields: { 99: [new Uint8Array([1])] } };
  expect(describeRescan(newer)).toEqual(counts);
});
