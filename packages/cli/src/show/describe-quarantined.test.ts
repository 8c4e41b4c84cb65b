import { quarantinedToJson } from '@shoal/client';
import { expect, test } from 'vitest';
import { describeOrigin, describeQuarantined } from './describe-quarantined.ts';

const id = '01010101-0101-0101-0101-010101010101';
const entry = quarantinedToJson({
  quarantineId: 12,
  model: 'tag',
  recordId: Buffer.alloc(16, 1),
  deviceId: Buffer.alloc(16, 1),
  dot: { replica: Buffer.alloc(24, 1), ms: Date.UTC(2026, 0, 1), counter: 0 },
  logId: 'log',
  seq: 7,
  code: 'unsealing-failed',
  message: 'key 2 of the library: expected 32 bytes, found none',
  attempts: 3,
  sinceMs: Date.UTC(2026, 0, 2),
  retryMs: Date.UTC(2026, 0, 3),
  bytes: 300,
});

test('[ING-3] an entry of the quarantine is one line that says what it is about and why it waits', () => {
  expect(describeQuarantined(entry)).toBe(
    `    12  2026-01-02T00:00:00.000Z  tag ${id}: unsealing-failed: key 2 of the library: expected 32 bytes, found none`,
  );
});

test('[ING-3] it tells where an entry is from, and when it is tried again', () => {
  const [origin, next] = describeOrigin(entry);
  expect(origin).toBe(`        by device ${id} at 2026-01-01T00:00:00.000Z, 300 bytes, seq 7 of log log`);
  expect(next).toContain('tried 3 times; again 2026-01-03T00:00:00.000Z');
  expect(describeOrigin({ ...entry, retry: null })[1]).toContain('by `shoal quarantine retry`');
});
