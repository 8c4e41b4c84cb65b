import { headers, type Msg, type MsgHdrs } from '@nats-io/nats-core';
import { ShoalError } from '@shoal/core';
import { errorFromMetadata, errorToMetadata } from '@shoal/proto';
import { currentTraceParent } from '@shoal/telemetry';
import type { Answer } from './answering.ts';

const timeoutHeader = 'shoal-timeout-ms';
/** W3C trace context: what is done for a request is a part of what its caller does. */
const traceHeader = 'traceparent';
const codeHeader = 'shoal-code';
const messageLengthMax = 2_000;

/** What travels beside a request: the caller's deadline, and the trace that it is a part of, if it is recorded. */
export function requestHeaders(timeoutMs: number): MsgHdrs {
  const result = headers();
  result.set(timeoutHeader, String(Math.ceil(timeoutMs)));
  const traceParent = currentTraceParent();
  if (traceParent !== '') result.set(traceHeader, traceParent);
  return result;
}

/** The trace context that a request carries; empty: none. */
export function traceParentOf(message: Msg): string {
  return message.headers?.get(traceHeader) ?? '';
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
