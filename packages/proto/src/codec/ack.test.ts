import { type Ack, type DeviceId, type LogId, lifeId, limits, type StreamId } from '@shoal/core';
import { describe, expect, it } from 'vitest';
import { Ack as WireAck } from '../../gen/shoal/v1/log_store.ts';
import { ackFromWire, ackToWire } from './ack.ts';

const device = '018f0000-0000-7000-8000-00000000000a' as DeviceId;
const stream = lifeId<StreamId>(device, 'a'.repeat(16));
const ack: Ack = {
  device,
  logId: 'a-log' as LogId,
  stream,
  originSeq: 4,
  applied: new Map([[stream, 9]]),
  exceptions: [{ stream, originSeq: 7 }],
};

describe('ack', () => {
  it('comes back from the wire as it was', () => {
    expect(ackFromWire(WireAck.decode(WireAck.encode(ackToWire(ack)).finish()))).toEqual(ack);
  });

  it('[SEC-5] one that is malformed or without bound is refused by the field', () => {
    const wire = ackToWire(ack);
    const exceptions = Array.from({ length: limits.ackExceptionsMax + 1 }, () => wire.exceptions[0]!);
    const bad = [
      [{ ...wire, deviceId: Buffer.alloc(3) }, 'device_id'],
      [{ ...wire, stream: Buffer.alloc(3) }, 'stream'],
      [{ ...wire, exceptions: [{ stream: Buffer.alloc(1), originSeq: 1 }] }, 'exceptions'],
      [{ ...wire, exceptions }, 'exceptions'],
      [{ ...wire, logId: 'x'.repeat(limits.logIdLengthMax + 1) }, 'log_id'],
    ] as const;
    for (const [each, field] of bad) {
      expect(() => ackFromWire(each as WireAck)).toThrow(expect.objectContaining({ subject: { field } }));
    }
  });
});
