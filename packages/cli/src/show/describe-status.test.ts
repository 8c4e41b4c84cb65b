import type { StatusReply } from '@shoal/client';
import { expect, test } from 'vitest';
import { describeStatus, statusLines } from './describe-status.ts';
import { describeSync, syncLines } from './describe-sync.ts';

/** A device on which something waits, and which met one whose clock runs ahead. */
function statusOfLaptop(): StatusReply {
  const nobody = Buffer.alloc(0);
  return {
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
      skews: [{ deviceId: Buffer.alloc(16, 1), theirMs: Date.UTC(2027, 0, 1), ourMs: Date.UTC(2026, 0, 1) }],
      quarantined: 0,
      appliedEntries: 7,
      problem: undefined,
    },
    records: [],
    unreachable: [],
    problems: [],
    openConflicts: 0,
    sync: undefined,
  };
}

test('[DEP-4] a status tells how much is parked, why, and since when', () => {
  const described = describeStatus(statusOfLaptop(), { home: '/home' });
  expect(described.ingest?.parked).toEqual([
    { reason: 'missing', records: 3, oldest: '2026-01-02T00:00:00.000Z' },
    { reason: 'orphaned', records: 1, oldest: '2026-01-03T00:00:00.000Z' },
  ]);
  expect(statusLines(described, Date.UTC(2026, 0, 4))).toEqual(
    expect.arrayContaining([
      '  parked    3 missing, since 2026-01-02T00:00:00.000Z',
      '  parked    1 orphaned, since 2026-01-03T00:00:00.000Z',
    ]),
  );
});

test('[S1x-10] a status tells how many conflicts are open, and how to see them', () => {
  const quiet = describeStatus(statusOfLaptop(), { home: '/home' });
  expect(statusLines(quiet, 0).join()).not.toContain('conflicts');
  const described = describeStatus({ ...statusOfLaptop(), openConflicts: 2 }, { home: '/home' });
  expect(described.openConflicts).toBe(2);
  expect(statusLines(described, 0)).toContain('  conflicts 2 open: `shoal conflicts list`');
});

test('a status counts the models that there are records of, and says how long ago a peer was heard', () => {
  const lastHeardMs = Date.UTC(2026, 0, 1);
  const peer = { deviceId: Buffer.alloc(16, 1), headSeq: 3, behind: 0, ahead: 2, lastHeardMs };
  const status = {
    ...statusOfLaptop(),
    records: [
      { model: 'album', records: 0 },
      { model: 'tag', records: 2 },
    ],
    log: { state: 'idle', headSeq: 3, entries: 3, peers: [peer] } as unknown as StatusReply['log'],
  };
  const described = describeStatus(status, { home: '/home' });
  expect(described.records).toEqual({ album: 0, tag: 2 });
  const lines = statusLines(described, lastHeardMs + 7_000);
  expect(lines).toContain('  records   tag 2');
  expect(lines.find((line) => line.startsWith('  peer '))).toMatch(/: behind 0, ahead 2, heard 7 s ago$/);
});

test('[CLK-4] a status names the devices whose clocks run ahead, with both clocks', () => {
  const device = '01010101-0101-0101-0101-010101010101';
  const names = new Map([[device, 'desktop']]);
  const described = describeStatus(statusOfLaptop(), { home: '/home', names });
  expect(described.ingest?.skews).toEqual([
    { device, name: 'desktop', theirs: '2027-01-01T00:00:00.000Z', ours: '2026-01-01T00:00:00.000Z' },
  ]);
  expect(statusLines(described, Date.UTC(2026, 0, 4))).toContain(
    '  clock     desktop runs ahead: 2027-01-01T00:00:00.000Z there, 2026-01-01T00:00:00.000Z here',
  );
});

test('[LOG-1] a status tells of entries that the log lost to damage and has not back', () => {
  const sync = { state: 'ready', behind: 0, unapplied: 0 } as NonNullable<StatusReply['sync']>;
  const log = { throttled: '', backfill: undefined, holes: 2 } as unknown as StatusReply['log'];
  const described = describeSync({ sync, log });
  expect(described).toMatchObject({ state: 'ready', holes: 2 });
  expect(syncLines(described)).toContain('  damage    2 entries of the log are lost, and asked for');
  expect(syncLines(describeSync({ sync, log: undefined }))).toHaveLength(1);
});
