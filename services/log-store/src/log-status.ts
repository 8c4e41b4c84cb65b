import {
  countBehind,
  countBeyond,
  countUnshared,
  type DeviceId,
  isPresent,
  type Peer,
  type Peers,
  type ThrottleReason,
} from '@shoal/core';
import {
  type BackfillStatus,
  type LogStatusReply,
  type PeerStatus,
  protocolVersion,
  uuidToBytes,
  vectorToWire,
} from '@shoal/proto';
import type { SyncLog } from './log/sync-log.ts';
import type { Surroundings } from './replicate/replicate.ts';

/** What a person may want to know of one library's log and of the peers it hears. */
export function logStatus(of: {
  readonly log: SyncLog;
  readonly device: DeviceId;
  readonly peers: Peers;
  readonly throttle: ThrottleReason | null;
  readonly surroundings: Surroundings;
}): LogStatusReply {
  const { log, device, peers, throttle, surroundings } = of;
  const all = [...peers.values()];
  const nowMs = surroundings.nowMs();
  return {
    logId: log.logId,
    headSeq: log.headSeq,
    appliedSeq: log.appliedSeq,
    entries: log.count,
    have: vectorToWire(log.have),
    peers: all.map((peer) => peerStatus(log, peer, surroundings)),
    state: stateOf(all, nowMs),
    protocolVersion,
    applied: vectorToWire(log.appliedVector()),
    throttled: throttle ?? '',
    behind: countBehind(peers, log.have, nowMs),
    backfill: backfillStatus(log),
    holes: log.holes,
    unshared: countUnshared(peers, log.have, device),
  };
}

/** The job, and the round that is furthest of those under way. */
function backfillStatus({ backfill, headSeq, logId }: SyncLog): BackfillStatus {
  const job = backfill.job();
  const round = job.kind === 'running' ? backfill.progress(logId) : undefined;
  const toSeq = job.kind === 'done' ? job.toSeq : headSeq;
  return {
    state: job.kind,
    startedMs: job.kind === 'never' ? 0 : job.startedMs,
    endedMs: job.kind === 'done' ? job.endedMs : 0,
    entries: job.kind === 'never' ? 0 : toSeq - job.fromSeq,
    deviceId: round === undefined ? Buffer.alloc(0) : uuidToBytes(round.device),
    atSeq: round?.atSeq ?? 0,
    ofSeq: round?.ofSeq ?? 0,
  };
}

function peerStatus(log: SyncLog, peer: Peer, { nowMs, wallMs }: Surroundings): PeerStatus {
  return {
    deviceId: uuidToBytes(peer.device),
    logId: peer.logId ?? '',
    headSeq: peer.headSeq,
    behind: countBeyond(peer.have, log.have),
    ahead: countBeyond(log.have, peer.have),
    lastHeardMs: Math.max(0, Math.round(wallMs() - (nowMs() - peer.heardMs))),
  };
}

function stateOf(peers: readonly Peer[], nowMs: number): 'idle' | 'pulling' | 'stuck' {
  const isStuck = ({ pull }: Peer) => pull.kind !== 'idle' && (pull.failing?.reportedMs ?? null) !== null;
  if (peers.some((peer) => isPresent(peer, nowMs) && isStuck(peer))) return 'stuck';
  return peers.some(({ pull }) => pull.kind === 'pulling') ? 'pulling' : 'idle';
}
