import { type Ack, type DeviceId, type StreamId, vectorAt } from '@shoal/core';
import type { LogFile } from './log-file.ts';

/** What a member says to have applied (LOG-3); null: nothing yet. */
export function ackOfLog(device: DeviceId, stream: StreamId, log: LogFile): Ack | null {
  const applied = log.appliedVector();
  if (applied.size === 0) return null;
  const { logId, have, exceptions } = log.content;
  const positions = [...exceptions].map((place) => {
    const [of, originSeq] = place.split(' ');
    return { stream: of as StreamId, originSeq: Number(originSeq) };
  });
  return { device, logId, stream, originSeq: vectorAt(have, stream), applied, exceptions: positions };
}
