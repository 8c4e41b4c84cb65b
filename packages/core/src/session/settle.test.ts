import { describe, expect, it } from 'vitest';
import { type DeviceId, type LogId, lifeId, type StreamId } from '../ids.ts';
import { limits } from '../limits.ts';
import type { Vector } from '../log/vector.ts';
import type { Peer } from './peers.ts';
import { isSettled } from './settle.ts';

const stream = lifeId<StreamId>('018f0000-0000-7000-8000-000000000001' as DeviceId, 'a'.repeat(16));
const upTo = (originSeq: number): Vector => new Map([[stream, originSeq]]);
const peer = (n: number, fields: Partial<Peer>): Peer => ({
  device: `peer ${n}` as DeviceId,
  logId: 'log' as LogId,
  headSeq: 9,
  have: upTo(9),
  heardMs: 1_000,
  pull: { kind: 'idle' },
  ...fields,
});
const settled = (peers: readonly Peer[], have: Vector, nowMs: number) =>
  isSettled({ sinceMs: 1_000, peers: new Map(peers.map((each) => [each.device, each])), have }, nowMs);

describe('settle', () => {
  it('[REP-6] a log that went back waits until it has all that one of the peers it heard has', () => {
    const peers = [peer(1, { have: upTo(7) }), peer(2, {})];
    expect(settled(peers, upTo(6), 1_500)).toBe(false);
    expect(settled(peers, upTo(7), 1_500)).toBe(true);
  });

  it('[REP-6] who was heard before does not count: it may have gone', () => {
    expect(settled([peer(1, { heardMs: 999, have: upTo(1) })], upTo(9), 1_500)).toBe(false);
  });

  it('[REP-4] it waits for nobody for ever: not for the silent, not for those that give nothing', () => {
    expect(settled([], upTo(0), 1_000 + limits.settleWaitMs - 1)).toBe(false);
    expect(settled([], upTo(0), 1_000 + limits.settleWaitMs)).toBe(true);
    const talking = (nowMs: number) => settled([peer(1, { heardMs: nowMs })], upTo(0), nowMs);
    expect(talking(1_000 + limits.settleMaxMs - 1)).toBe(false);
    expect(talking(1_000 + limits.settleMaxMs)).toBe(true);
  });
});
