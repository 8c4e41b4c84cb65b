import type { DeviceId, LogId } from '../ids.ts';
import { limits } from '../limits.ts';
import { countBeyond, emptyVector, mergeVectors, type Vector } from '../log/vector.ts';
import { backoffMs } from './backoff.ts';

/**
 * How pulling from one peer stands. Times are monotonic ms.
 *
 *   idle ──started──► pulling ──finished, something came──► idle
 *    ▲                  ├ throttled ──► idle
 *    │                  │ failed, or finished with nothing
 *    └── not heard ── waiting (until a time) ──started──► pulling
 */
export type PeerPull =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'pulling';
      readonly progressMs: number;
      readonly failing: Failing | null;
      /** The peer began anew since: what it was asked before it will not answer. */
      readonly isForgotten: boolean;
    }
  | { readonly kind: 'waiting'; readonly untilMs: number; readonly failing: Failing };

/** Failures in a row, since when, and when a person was last told. */
export interface Failing {
  readonly failures: number;
  readonly sinceMs: number;
  readonly reportedMs: number | null;
}

/** What this log-store knows of another: an observation of its own, never synced (TOP-5). */
export interface Peer {
  readonly device: DeviceId;
  readonly logId: LogId | null;
  readonly headSeq: number;
  /** What the peer is known to have. */
  readonly have: Vector;
  readonly heardMs: number;
  readonly pull: PeerPull;
}

export type Peers = ReadonlyMap<DeviceId, Peer>;

export type PeerEvent =
  | {
      readonly kind: 'heard';
      readonly device: DeviceId;
      readonly logId: LogId;
      readonly headSeq: number;
      readonly have: Vector;
    }
  /** A live message showed that the peer has more than we can take (REP-3). */
  | { readonly kind: 'gap'; readonly device: DeviceId; readonly missing: Vector }
  | { readonly kind: 'started'; readonly device: DeviceId }
  /** The peer, or its connection, was away and is back: a request that it had in hand is lost (REP-4). */
  | { readonly kind: 'began'; readonly device: DeviceId }
  /** The round moved on; `hasBrought`: with something that we lacked. */
  | { readonly kind: 'progressed'; readonly device: DeviceId; readonly hasBrought: boolean }
  | { readonly kind: 'finished'; readonly device: DeviceId; readonly hasBrought: boolean }
  | { readonly kind: 'failed'; readonly device: DeviceId }
  /** We ended the round as we take nothing in for now; nobody's failure (ING-5). */
  | { readonly kind: 'throttled'; readonly device: DeviceId }
  | { readonly kind: 'reported'; readonly device: DeviceId };

/** Time and chance of one step. */
export interface Moment {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** The peers after an event. Events of unknown peers are let go, but for what introduces one. */
export function stepPeers(peers: Peers, event: PeerEvent, moment: Moment): Peers {
  const peer = peers.get(event.device);
  const next = peer === undefined ? introduce(event, moment) : stepPeer(peer, event, moment);
  if (next === undefined || next === peer) return peers;
  return bounded(new Map(peers).set(event.device, next));
}

/** Whether the peer was heard lately; one that was not is not asked (TOP-5: presence is local to the observer). */
export function isPresent(peer: Peer, nowMs: number): boolean {
  return nowMs - peer.heardMs <= limits.presenceMs;
}

/** Entries that the peers heard lately have and `have` lacks. */
export function countBehind(peers: Peers, have: Vector, nowMs: number): number {
  const present = [...peers.values()].filter((peer) => isPresent(peer, nowMs));
  return countBeyond(
    present.reduce((vector, peer) => mergeVectors(vector, peer.have), emptyVector),
    have,
  );
}

function introduce(event: PeerEvent, moment: Moment): Peer | undefined {
  if (event.kind !== 'heard' && event.kind !== 'gap') return undefined;
  const { device } = event;
  const unknown: Peer = {
    device,
    logId: null,
    headSeq: 0,
    have: emptyVector,
    heardMs: moment.nowMs,
    pull: { kind: 'idle' },
  };
  return stepPeer(unknown, event, moment);
}

function stepPeer(peer: Peer, event: PeerEvent, { nowMs, random }: Moment): Peer {
  switch (event.kind) {
    case 'heard': {
      // Taken as said, not merged: a peer whose log went back has less than before.
      const { logId, headSeq, have } = event;
      return { ...peer, logId, headSeq, have, heardMs: nowMs };
    }
    case 'gap':
      return { ...peer, have: mergeVectors(peer.have, event.missing), heardMs: nowMs };
    case 'started':
      return { ...peer, pull: pullingSince(nowMs, failingOf(peer.pull)) };
    case 'began':
      return peer.pull.kind === 'pulling' ? { ...peer, pull: { ...peer.pull, isForgotten: true } } : peer;
    case 'progressed': {
      if (peer.pull.kind !== 'pulling') return peer;
      const failing = event.hasBrought ? null : peer.pull.failing;
      return { ...peer, heardMs: nowMs, pull: pullingSince(nowMs, failing) };
    }
    case 'finished':
      if (peer.pull.kind !== 'pulling') return peer;
      if (event.hasBrought) return { ...peer, heardMs: nowMs, pull: { kind: 'idle' } };
      // It claims more than we have and gave nothing of it: asking again at once would spin.
      return { ...peer, pull: waitAfter(peer.pull, { nowMs, random }) };
    case 'failed':
      if (peer.pull.kind !== 'pulling') return peer;
      return { ...peer, pull: waitAfter(peer.pull, { nowMs, random }) };
    case 'throttled':
      return peer.pull.kind === 'pulling' ? { ...peer, pull: { kind: 'idle' } } : peer;
    case 'reported':
      return { ...peer, pull: reportedAt(peer.pull, nowMs) };
  }
}

function pullingSince(nowMs: number, failing: Failing | null): PeerPull {
  return { kind: 'pulling', progressMs: nowMs, failing, isForgotten: false };
}

function failingOf(pull: PeerPull): Failing | null {
  return pull.kind === 'idle' ? null : pull.failing;
}

function waitAfter(pull: PeerPull, { nowMs, random }: Moment): PeerPull {
  const before = failingOf(pull);
  const failures = (before?.failures ?? 0) + 1;
  const failing = { failures, sinceMs: before?.sinceMs ?? nowMs, reportedMs: before?.reportedMs ?? null };
  return { kind: 'waiting', untilMs: nowMs + backoffMs({ failures, random }), failing };
}

function reportedAt(pull: PeerPull, nowMs: number): PeerPull {
  if (pull.kind === 'idle' || pull.failing === null) return pull;
  return { ...pull, failing: { ...pull.failing, reportedMs: nowMs } };
}

function bounded(peers: Map<DeviceId, Peer>): Peers {
  while (peers.size > limits.peersMax) {
    const idle = [...peers.values()].filter((peer) => peer.pull.kind !== 'pulling');
    const oldest = idle.reduce((a, b) => (b.heardMs < a.heardMs ? b : a), idle[0]!);
    peers.delete(oldest.device);
  }
  return peers;
}
