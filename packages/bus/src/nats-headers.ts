import { headers, type Msg, type MsgHdrs } from '@nats-io/nats-core';
import { ShoalError } from '@shoal/core';
import { errorFromMetadata, errorToMetadata } from '@shoal/proto';
import type { Answer } from './answering.ts';

const timeoutHeader = 'shoal-timeout-ms';
const codeHeader = 'shoal-code';
const messageLengthMax = 2_000;

/** The caller's deadline as it travels with a request. */
export function timeoutHeaders(timeoutMs: number): MsgHdrs {
  const result = headers();
  result.set(timeoutHeader, String(Math.ceil(timeoutMs)));
  return result;
}

/** The deadline that a request carries in milliseconds, or undefined if it carries none that makes sense. */
export function timeoutOf(message: Msg): number | undefined {
  const text = message.headers?.get(timeoutHeader) ?? '';
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/** Sends an answer; of a failure the code and subject as headers, its message as payload. */
export function respond(message: Msg, answer: Answer): void {
  if (answer.kind === 'reply') {
    message.respond(answer.payload);
    return;
  }
  const result = headers();
  for (const [key, value] of errorToMetadata(answer.error)) result.set(key, value);
  const text = answer.error.message.slice(0, messageLengthMax).toWellFormed();
  message.respond(new TextEncoder().encode(text), { headers: result });
}

/** The payload of an answer, or throws the failure that it tells. */
export function payloadOf(answer: Msg): Uint8Array {
  const code = answer.headers?.get(codeHeader) ?? '';
  if (code === '') return answer.data;
  const text = new TextDecoder().decode(answer.data).slice(0, messageLengthMax);
  const error = errorFromMetadata((key) => answer.headers?.get(key) || undefined, text);
  throw (
    error ?? new ShoalError('version-mismatch', `the other side failed with a code unknown here: ${text}`)
  );
}
