import { type DeviceId, deviceOf } from '../ids.ts';
import { type Vector, vectorAt } from '../log/vector.ts';
import type { Peers } from './peers.ts';

/**
 * How many positions of this device's own streams no peer is known to have: an upper bound of the entries that would be
 * lost with this device. A peer counts as it was last heard since the log-store started, also while it is away.
 */
export function countUnshared(peers: Peers, have: Vector, device: DeviceId): number {
  let count = 0;
  for (const [stream, originSeq] of have) {
    if (deviceOf(stream) !== device) continue;
    const known = Math.max(0, ...[...peers.values()].map((peer) => vectorAt(peer.have, stream)));
    count += Math.max(0, originSeq - known);
  }
  return count;
}
