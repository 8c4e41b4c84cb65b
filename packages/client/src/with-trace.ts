import type { Metadata } from '@grpc/grpc-js';
import { context, propagation, trace } from '@opentelemetry/api';

/**
 * What goes with a call, and the trace that the caller is in, if its program keeps one: so the change that it makes is
 * a part of that story on every device.
 */
export function withTrace(metadata: Metadata): Metadata {
  if (trace.getActiveSpan() === undefined) return metadata;
  const traced = metadata.clone();
  propagation.inject(context.active(), traced, {
    set: (carrier, key, value) => carrier.set(key, value),
  });
  return traced;
}
