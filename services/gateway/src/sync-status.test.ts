import type { IngestStatusReply, LogStatusReply } from '@shoal/proto';
import { expect, test } from 'vitest';
import { syncStatus } from './sync-status.ts';

const log: LogStatusReply = {
  logId: 'log',
  headSeq: 7,
  appliedSeq: 5,
  entries: 7,
  have: [],
  peers: [],
  state: 'idle',
  protocolVersion: 1,
  applied: [],
  throttled: '',
  behind: 0,
  backfill: undefined,
  holes: 0,
  unshared: 0,
};
const ingest: IngestStatusReply = {
  logId: 'log',
  appliedSeq: 7,
  headSeq: 7,
  state: 'ready',
  parked: [],
  skews: [],
  quarantined: 0,
  appliedEntries: 7,
  problem: undefined,
};
const running = { state: 'running', deviceId: Buffer.alloc(0) } as LogStatusReply['backfill'];

test.each<[string, Partial<LogStatusReply> | undefined, Partial<IngestStatusReply> | undefined, string]>([
  ['all is there and applied', {}, {}, 'ready'],
  ['a peer has more', { behind: 2 }, {}, 'catching-up'],
  ['the log has more', {}, { appliedSeq: 6 }, 'catching-up'],
  ['ingest still follows another log', {}, { logId: 'other' }, 'catching-up'],
  ['a first fill is under way', { behind: 2, backfill: running }, {}, 'backfilling'],
  ['ingest has not looked yet', {}, { state: 'uninitialised' }, 'uninitialised'],
  ['log-store says paused', { throttled: 'paused' }, {}, 'paused'],
  ['ingest says paused', {}, { state: 'paused' }, 'paused'],
  ['ingest does not answer', { appliedSeq: 7 }, undefined, 'ready'],
  ['ingest does not answer and is behind', {}, undefined, 'catching-up'],
  ['log-store does not answer', undefined, {}, 'ready'],
])('[ING-4] where %s', (_, ofLog, ofIngest, state) => {
  const status = syncStatus(ofLog && { ...log, ...ofLog }, ofIngest && { ...ingest, ...ofIngest });
  expect(status?.state).toBe(state);
});

test('[ING-4] progress is what has to be fetched and to be applied; nothing is known where nobody answers', () => {
  expect(syncStatus({ ...log, behind: 3 }, { ...ingest, appliedSeq: 5 })).toMatchObject({
    behind: 3,
    unapplied: 2,
  });
  expect(syncStatus(undefined, undefined)).toBeUndefined();
});
