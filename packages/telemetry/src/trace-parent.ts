import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

/**
 * The W3C trace context of what is being done now, as a change carries it (CHG-2): `00-TRACE-SPAN-01`. Empty where
 * nothing is recorded, so that what nobody follows carries nothing.
 */
export function currentTraceParent(): string {
  return traceParentOf(trace.getActiveSpan());
}

/** The same of one span. */
export function traceParentOf(span: Span | undefined): string {
  const at = span?.spanContext();
  if (at === undefined || !isSpanContextValid(at) || (at.traceFlags & TraceFlags.SAMPLED) === 0) return '';
  return formatTraceParent(at);
}

/** A trace context that is recorded, as text. */
export function formatTraceParent({ traceId, spanId }: Pick<SpanContext, 'traceId' | 'spanId'>): string {
  return `00-${traceId}-${spanId}-01`;
}

/** What a trace context says; null where it is empty, malformed, or says that nobody records. */
export function parseTraceParent(text: string): SpanContext | null {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text);
  if (parts === null) return null;
  const [, traceId, spanId, flags] = parts as unknown as [string, string, string, string];
  const at = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(at) && (at.traceFlags & TraceFlags.SAMPLED) !== 0 ? at : null;
}

/** Runs `work` as a part of what the text says; as a beginning of its own where it says nothing. */
export function inTraceOf<T>(traceParent: string | undefined, work: () => T): T {
  const at = traceParent ? parseTraceParent(traceParent) : null;
  if (at === null) return work();
  return context.with(trace.setSpanContext(ROOT_CONTEXT, at), work);
}

/** The context of a remote span, to begin a part of it in. */
export function contextOf(at: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, at);
}
