import type { StatusReply } from '@shoal/client';
import { expect, test } from 'vitest';
import { describeStatus, statusLines } from './describe-status.ts';

test('[DEP-4] a status tells how much is parked, why, and since when', () => {
  const nobody = Buffer.alloc(0);
  const status: StatusReply = {
    deviceId: nobody,
    deviceName: 'laptop',
    library: undefined,
    capture: undefined,
    log: undefined,
    ingest: {
      logId: '',
      appliedSeq: 7,
      headSeq: 9,
      state: 'ready',
      parked: [
        { reason: 'missing', records: 3, oldestMs: Date.UTC(2026, 0, 2) },
        { reason: 'orphaned', records: 1, oldestMs: Date.UTC(2026, 0, 3) },
      ],
      quarantined: 0,
      appliedEntries: 7,
    },
    records: [],
    unreachable: [],
    sync: undefined,
  };
  const described = describeStatus(status, { home: '/home' });
  expect(described.ingest?.parked).toEqual([
    { reason: 'missing', records: 3, oldest: '2026-01-02T00:00:00.000Z' },
    { reason: 'orphaned', records: 1, oldest: '2026-01-03T00:00:00.000Z' },
  ]);
  expect(statusLines(described)).toEqual(
    expect.arrayContaining([
      '  parked    3 missing, since 2026-01-02T00:00:00.000Z',
      '  parked    1 orphaned, since 2026-01-03T00:00:00.000Z',
    ]),
  );
});
