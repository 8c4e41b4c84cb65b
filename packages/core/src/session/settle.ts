import { limits } from '../limits.ts';
import { claimsAll, type Vector } from '../log/vector.ts';
import { isPresent, type Peers } from './peers.ts';

/** A log that is new or went back. Times are monotonic ms. */
export interface Settling {
  readonly sinceMs: number;
  readonly peers: Peers;
  readonly have: Vector;
}

/**
 * Whether a log that is new or went back has all that one of its peers has, or need not wait for that any longer
 * (REP-6): nobody was heard for `settleWaitMs`, or those who were have not given it within `settleMaxMs`. Until then
 * what others may still bring is not appended again; afterwards it may be, as safety does not rest on the wait.
 */
export function isSettled({ sinceMs, peers, have }: Settling, nowMs: number): boolean {
  const waitedMs = nowMs - sinceMs;
  if (waitedMs >= limits.settleMaxMs) return true;
  const heard = [...peers.values()].filter((peer) => peer.heardMs >= sinceMs && isPresent(peer, nowMs));
  if (heard.length === 0) return waitedMs >= limits.settleWaitMs;
  return heard.some((peer) => claimsAll(have, peer.have));
}
