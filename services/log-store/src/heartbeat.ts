import type { DeviceId, LogId, Vector } from '@shoal/core';
import {
  type Heartbeat,
  protocolVersion,
  uuidFromBytes,
  uuidToBytes,
  vectorFromWire,
  vectorToWire,
} from '@shoal/proto';
import type { SyncLog } from './sync-log.ts';

/** What a peer said of itself. */
export interface HeardBeat {
  readonly device: DeviceId;
  readonly logId: LogId;
  readonly headSeq: number;
  readonly have: Vector;
  readonly isReplyWanted: boolean;
  readonly protocolVersion: number;
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
    have: vectorToWire(log.have),
    replyWanted: isReplyWanted,
    protocolVersion,
    wallMs,
    ack: undefined,
  };
}

/** Parses a heartbeat; null if it speaks for another device than the one that sent it (SEC-2). */
export function heardBeat(from: DeviceId, beat: Heartbeat): HeardBeat | null {
  const device = uuidFromBytes<DeviceId>(beat.deviceId, 'device_id');
  if (device !== from) return null;
  return {
    device,
    logId: beat.logId as LogId,
    headSeq: beat.headSeq,
    have: vectorFromWire(beat.have),
    isReplyWanted: beat.replyWanted,
    protocolVersion: beat.protocolVersion,
  };
}
