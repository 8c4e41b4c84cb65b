import type { DeviceId } from '../ids.ts';
import { limits } from '../limits.ts';
import { countBeyond, mergeVectors, type Vector } from '../log/vector.ts';
import { isPresent, type Moment, type Peer, type PeerEvent, type Peers, stepPeers } from './peers.ts';
import type { ThrottleReason } from './throttle.ts';

/** All that a log-store's exchange of one library knows beside its log. */
export interface Session {
  readonly peers: Peers;
  /** When the next heartbeat is due (REP-3). */
  readonly beatDueMs: number;
  /** Whether it asks the others to answer at once. */
  readonly isReplyWanted: boolean;
  /** Why nothing is taken in for now (ING-5). */
  readonly throttle: ThrottleReason | null;
}

export type SessionEvent =
  | PeerEvent
  /** The bus is there (again): say so, and hear who else is. */
  | { readonly kind: 'connected' }
  /** Somebody wants to hear us before our next heartbeat. */
  | { readonly kind: 'asked' }
  /** What weighs on us was looked at: pulling waits for a reason, or may go on (ING-5). */
  | { readonly kind: 'weighed'; readonly throttle: ThrottleReason | null };

export type SessionAction =
  | { readonly kind: 'beat'; readonly isReplyWanted: boolean }
  | { readonly kind: 'pull'; readonly device: DeviceId }
  /** The peer forgot its request, or no progress for `stuckMs`: end the round; it counts as failed. */
  | { readonly kind: 'abandon'; readonly device: DeviceId }
  | { readonly kind: 'report-stuck'; readonly device: DeviceId; readonly forMs: number };

export interface Evaluation {
  readonly session: Session;
  readonly actions: readonly SessionAction[];
  /** When to look again at the latest; always finite, so no state lacks a timer that leads out (REP-4). */
  readonly wakeAtMs: number;
}

/** A session at its start: the first heartbeat is due at once and wants answers. */
export function openSession(nowMs: number): Session {
  return { peers: new Map(), beatDueMs: nowMs, isReplyWanted: true, throttle: null };
}

/** The session after an event. What to do about it is the next `evaluate`'s business. */
export function stepSession(session: Session, event: SessionEvent, moment: Moment): Session {
  switch (event.kind) {
    case 'connected':
      return { ...session, beatDueMs: moment.nowMs, isReplyWanted: true };
    case 'asked': {
      const answerMs = moment.nowMs + Math.floor(moment.random * limits.answerJitterMs);
      return { ...session, beatDueMs: Math.min(session.beatDueMs, answerMs) };
    }
    case 'weighed':
      return session.throttle === event.throttle ? session : { ...session, throttle: event.throttle };
    default:
      return { ...session, peers: stepPeers(session.peers, event, moment) };
  }
}

/**
 * Looks at the whole session and our vector, and says what to do now and when to look again. Of several peers that
 * offer the same, one is asked; the next one if it fails. At most `roundsMax` rounds run at once (REP-4); while pulling
 * is throttled none begins, and it is looked at again soon (ING-5).
 */
export function evaluate(session: Session, have: Vector, moment: Moment): Evaluation {
  const actions: SessionAction[] = [];
  let next = session;
  const act = (action: SessionAction, event?: PeerEvent) => {
    actions.push(action);
    if (event !== undefined) next = stepSession(next, event, moment);
  };

  if (session.beatDueMs <= moment.nowMs) {
    act({ kind: 'beat', isReplyWanted: session.isReplyWanted });
    next = { ...next, beatDueMs: moment.nowMs + limits.heartbeatMs, isReplyWanted: false };
  }
  for (const peer of next.peers.values()) {
    const { device } = peer;
    if (isLost(peer, moment.nowMs)) act({ kind: 'abandon', device }, { kind: 'failed', device });
  }
  for (const peer of next.peers.values()) {
    // Who asks for nothing cannot be stuck with what it is not given.
    const forMs = next.throttle === null ? stuckForMs(peer, have, moment.nowMs) : null;
    const { device } = peer;
    if (forMs !== null) act({ kind: 'report-stuck', device, forMs }, { kind: 'reported', device });
  }
  const chosen = next.throttle === null ? choosePulls(next.peers, have, moment.nowMs) : [];
  for (const device of chosen) {
    act({ kind: 'pull', device }, { kind: 'started', device });
  }
  return { session: next, actions, wakeAtMs: wakeAt(next, have, moment.nowMs) };
}

/** Which peers to pull from now: those that offer most, and only what nobody is bringing already. */
function choosePulls(peers: Peers, have: Vector, nowMs: number): DeviceId[] {
  const pulling = [...peers.values()].filter((peer) => peer.pull.kind === 'pulling');
  let coming = pulling.reduce((vector, peer) => mergeVectors(vector, peer.have), have);
  const ready = [...peers.values()].filter((peer) => isReady(peer, nowMs));
  const chosen: DeviceId[] = [];
  while (pulling.length + chosen.length < limits.roundsMax) {
    const best = mostOffering(ready, coming);
    if (best === null) break;
    chosen.push(best.device);
    coming = mergeVectors(coming, best.have);
  }
  return chosen;
}

function mostOffering(peers: readonly Peer[], coming: Vector): Peer | null {
  let best: Peer | null = null;
  let most = 0;
  for (const peer of peers) {
    const offered = countBeyond(peer.have, coming);
    if (offered > most) [best, most] = [peer, offered];
  }
  return best;
}

function isReady(peer: Peer, nowMs: number): boolean {
  const { pull } = peer;
  return (
    (pull.kind === 'idle' || (pull.kind === 'waiting' && pull.untilMs <= nowMs)) && isPresent(peer, nowMs)
  );
}

/** A round that will get no further: its request is forgotten, or without an answer for too long. */
function isLost({ pull }: Peer, nowMs: number): boolean {
  return pull.kind === 'pulling' && (pull.isForgotten || nowMs - pull.progressMs >= limits.stuckMs);
}

/** For how long a peer that answers heartbeats has given nothing, when that is due to be told; else null. */
function stuckForMs(peer: Peer, have: Vector, nowMs: number): number | null {
  if (peer.pull.kind === 'idle' || peer.pull.failing === null || !isPresent(peer, nowMs)) return null;
  // What it failed to give came another way: there is nothing to be stuck with.
  if (peer.pull.kind === 'waiting' && countBeyond(peer.have, have) === 0) return null;
  const { sinceMs, reportedMs } = peer.pull.failing;
  return nowMs - (reportedMs ?? sinceMs) >= limits.stuckMs ? nowMs - sinceMs : null;
}

function wakeAt(session: Session, have: Vector, nowMs: number): number {
  let wake = session.beatDueMs;
  if (session.throttle !== null) wake = Math.min(wake, nowMs + limits.throttleRecheckMs);
  for (const peer of session.peers.values()) {
    const { pull } = peer;
    if (pull.kind === 'pulling') wake = Math.min(wake, pull.progressMs + limits.stuckMs);
    if (pull.kind === 'waiting' && pull.untilMs > nowMs && countBeyond(peer.have, have) > 0) {
      wake = Math.min(wake, pull.untilMs);
    }
  }
  return wake;
}
