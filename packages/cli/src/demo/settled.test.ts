import type { StatusReply } from '@shoal/client';
import { expect, test } from 'vitest';
import { unsettled } from './settled.ts';

const stream = Buffer.alloc(24, 1);

function status(
  change: {
    outbox?: number;
    appliedSeq?: number;
    state?: string;
    originSeq?: number;
    unreachable?: string[];
  } = {},
): StatusReply {
  const { outbox = 0, appliedSeq = 7, state = 'watching', originSeq = 7, unreachable = [] } = change;
  const locationId = Buffer.alloc(16, 2);
  return {
    deviceId: Buffer.alloc(16),
    deviceName: 'a',
    library: undefined,
    capture: {
      outbox,
      locations: [
        {
          locationId,
          path: '/x',
          state,
          entries: 3,
          skipped: 0,
          skippedByReason: [],
          error: '',
          compared: 0,
        },
      ],
      problem: undefined,
    },
    log: {
      logId: 'l',
      headSeq: 7,
      appliedSeq,
      entries: 7,
      have: [{ stream, originSeq }],
      peers: [],
      state: 'idle',
      protocolVersion: 1,
      applied: [],
      throttled: '',
      behind: 0,
      backfill: undefined,
      holes: 0,
      unshared: 0,
    },
    ingest: {
      logId: 'l',
      appliedSeq,
      headSeq: 7,
      state: 'ready',
      parked: [],
      skews: [],
      quarantined: 0,
      appliedEntries: 7,
      problem: undefined,
    },
    records: [],
    unreachable,
    problems: [],
    openConflicts: 0,
    sync: undefined,
  };
}

test.each([
  ['nothing is missing', status(), []],
  ['an outbox is not empty', status({ outbox: 2 }), ['b sends 2']],
  ['an index is not finished', status({ state: 'scanning' }), ['b indexes (3 entries)']],
  ['not all is applied', status({ appliedSeq: 5 }), ['b applies 5 of 7']],
  ['a log lacks something', status({ originSeq: 6 }), ['logs differ']],
  ['a service is away', status({ unreachable: ['ingest'] }), ['b waits for ingest']],
])('%s, and that is said', (_, second, missing) => {
  const statuses = [
    { name: 'a', status: status() },
    { name: 'b', status: second },
  ];
  expect(unsettled(statuses)).toEqual(missing);
});

test('a stream of which nothing is there makes no difference', () => {
  const empty = { stream: Buffer.alloc(24, 9), originSeq: 0 };
  const other = status();
  other.log!.have.push(empty);
  expect(
    unsettled([
      { name: 'a', status: status() },
      { name: 'b', status: other },
    ]),
  ).toEqual([]);
});
