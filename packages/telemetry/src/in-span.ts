import { type Span, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';

/** Where spans of Shoal come from. Asked for at each use: a provider may be registered later. */
export const tracer = () => trace.getTracer('shoal');

/**
 * Does `work` as a span of its own, within whatever is being done. What it throws is noted by its code or its kind,
 * never by its words, in which values may stand.
 */
export function inSpan<T>(name: string, options: SpanOptions, work: () => T): T {
  return tracer().startActiveSpan(name, options, (span) => {
    try {
      const result = work();
      if (result instanceof Promise) endAfter(span, result);
      else span.end();
      return result;
    } catch (error) {
      endFailed(span, error);
      throw error;
    }
  });
}

function endAfter(span: Span, result: Promise<unknown>): void {
  result.then(
    () => span.end(),
    (error: unknown) => endFailed(span, error),
  );
}

function endFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) });
  span.end();
}

function nameOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : typeof error;
}
