import { type Ack, type DeviceId, deviceOf, type LogId, limits, type Vector } from '@shoal/core';
import {
  ackFromWire,
  ackToWire,
  type Heartbeat,
  logIdFromWire,
  protocolVersion,
  uuidFromBytes,
  uuidToBytes,
  vectorFromWire,
  vectorToWire,
} from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import { wireVectorBytes } from '../serve/wire-entry.ts';

/** What a peer said of itself. */
export interface HeardBeat {
  readonly device: DeviceId;
  readonly logId: LogId;
  readonly headSeq: number;
  readonly have: Vector;
  readonly isReplyWanted: boolean;
  readonly protocolVersion: number;
  /** What it says to have applied (LOG-3). */
  readonly ack: Ack | null;
}

/** Our heartbeat of now (REP-3). */
export function heartbeatOf(
  log: SyncLog,
  { device, wallMs, isReplyWanted }: { device: DeviceId; wallMs: number; isReplyWanted: boolean },
): Heartbeat {
  return {
    deviceId: uuidToBytes(device),
    logId: log.logId,
    headSeq: log.headSeq,
    // What it can give: who lacks what lies beyond a hole that nobody fills would not ask for it else.
    have: vectorToWire(log.offered()),
    replyWanted: isReplyWanted,
    protocolVersion,
    wallMs,
    ack: ackOf(log, device),
  };
}

/** Parses a heartbeat; null if it speaks for another device than the one that sent it (SEC-2). */
export function heardBeat(from: DeviceId, beat: Heartbeat): HeardBeat | null {
  const device = uuidFromBytes<DeviceId>(beat.deviceId, 'device_id');
  if (device !== from) return null;
  return {
    device,
    logId: logIdFromWire(beat.logId),
    headSeq: beat.headSeq,
    have: vectorFromWire(beat.have),
    isReplyWanted: beat.replyWanted,
    protocolVersion: beat.protocolVersion,
    ack: beat.ack === undefined ? null : ownAck(device, ackFromWire(beat.ack)),
  };
}

/** A heartbeat that would not fit with it goes without: hubs wait. */
function ackOf(log: SyncLog, device: DeviceId) {
  const ack = log.ack(device);
  if (ack === null) return undefined;
  const positions = log.have.size + ack.applied.size + ack.exceptions.length;
  return wireVectorBytes(positions) > limits.messageBytesMax ? undefined : ackToWire(ack);
}

/** Nobody speaks for another (TOP-5): what is relayed is taken once members sign. */
function ownAck(from: DeviceId, ack: Ack): Ack | null {
  return ack.device === from && deviceOf(ack.stream) === from ? ack : null;
}
