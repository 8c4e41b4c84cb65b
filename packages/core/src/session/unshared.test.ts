import { expect, test } from 'vitest';
import { type DeviceId, lifeId, type StreamId } from '../ids.ts';
import type { Peer, Peers } from './peers.ts';
import { countUnshared } from './unshared.ts';

const here = '0198c0de-0000-7000-8000-00000000000a' as DeviceId;
const there = '0198c0de-0000-7000-8000-00000000000b' as DeviceId;
const [first, second] = [lifeId<StreamId>(here, '01'), lifeId<StreamId>(here, '02')];
const theirs = lifeId<StreamId>(there, '01');

function peersWith(...haves: Peer['have'][]): Peers {
  return new Map(
    haves.map((have, at) => {
      const device = `${at}` as DeviceId;
      return [device, { device, logId: null, headSeq: 0, have, heardMs: 0, pull: { kind: 'idle' } }];
    }),
  );
}

test('what a device wrote counts as shared where any peer is known to have it, in each of its lives', () => {
  const have = new Map([
    [first, 5],
    [second, 3],
    [theirs, 9],
  ]);
  expect(countUnshared(peersWith(), have, here)).toBe(8);
  expect(countUnshared(peersWith(new Map([[first, 4]]), new Map([[second, 3]])), have, here)).toBe(1);
  expect(countUnshared(peersWith(new Map(have), new Map()), have, here)).toBe(0);
});
