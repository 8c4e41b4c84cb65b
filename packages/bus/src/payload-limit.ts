import { limits, ShoalError } from '@shoal/core';

/** Throws `payload-too-large` for what no message may carry. */
export function checkPayload(subject: string, payload: Uint8Array): void {
  if (payload.byteLength <= limits.messageBytesMax) return;
  throw new ShoalError(
    'payload-too-large',
    `a message on ${subject} takes ${payload.byteLength} bytes, at most ${limits.messageBytesMax} are carried`,
    { field: 'payload' },
  );
}
