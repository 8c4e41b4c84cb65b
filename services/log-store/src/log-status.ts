import { countBeyond, isPresent, type Peer, type Peers } from '@shoal/core';
import {
  type LogStatusReply,
  type PeerStatus,
  protocolVersion,
  uuidToBytes,
  vectorToWire,
} from '@shoal/proto';
import type { Surroundings } from './replicate.ts';
import type { SyncLog } from './sync-log.ts';

/** What a person may want to know of one library's log and of the peers it hears. */
export function logStatus(log: SyncLog, peers: Peers, surroundings: Surroundings): LogStatusReply {
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
