import { type Ack, type DeviceId, limits, ShoalError, type StreamId } from '@shoal/core';
import type { StreamPosition, Ack as WireAck } from '../../gen/shoal/v1/log_store.ts';
import { lifeFromBytes, lifeToBytes, logIdFromWire, uuidFromBytes, uuidToBytes } from './ids.ts';
import { vectorFromWire, vectorToWire } from './vector.ts';

/** A member's statement of what it has applied, as it travels (LOG-3). */
export function ackToWire({ device, logId, stream, originSeq, applied, exceptions }: Ack): WireAck {
  return {
    deviceId: uuidToBytes(device),
    logId,
    stream: lifeToBytes(stream),
    originSeq,
    applied: vectorToWire(applied),
    exceptions: exceptions.map((each) => ({
      stream: lifeToBytes(each.stream),
      originSeq: each.originSeq,
    })),
  };
}

/** Parses and bounds such a statement (SEC-5). Throws `malformed-message` naming the field. */
export function ackFromWire(wire: WireAck): Ack {
  if (wire.exceptions.length > limits.ackExceptionsMax) {
    throw new ShoalError(
      'malformed-message',
      `"exceptions": expected at most ${limits.ackExceptionsMax}, found ${wire.exceptions.length}`,
      { field: 'exceptions' },
    );
  }
  return {
    device: uuidFromBytes<DeviceId>(wire.deviceId, 'device_id'),
    logId: logIdFromWire(wire.logId),
    stream: lifeFromBytes<StreamId>(wire.stream, 'stream'),
    originSeq: wire.originSeq,
    applied: vectorFromWire(wire.applied),
    exceptions: wire.exceptions.map(positionOf),
  };
}

function positionOf({ stream, originSeq }: StreamPosition) {
  return { stream: lifeFromBytes<StreamId>(stream, 'exceptions'), originSeq };
}
