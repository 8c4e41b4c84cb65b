import { SpanKind } from '@opentelemetry/api';
import { inSpan } from './in-span.ts';
import { inTraceOf } from './trace-parent.ts';

/**
 * Does the work of a call from outside as a span, within the trace that its caller is in. `method` is its whole name,
 * as `shoal.v1.Gateway/Write`; `traceParent` what came with it, empty where nothing did.
 */
export function inCall<T>(method: string, traceParent: string, work: () => T): T {
  return inTraceOf(traceParent, () => inSpan(method, { kind: SpanKind.SERVER }, work));
}
