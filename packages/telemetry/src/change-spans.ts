import {
  type Attributes,
  context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { contextOf, parseTraceParent, traceParentOf } from './trace-parent.ts';

/**
 * The parts of the story of one change, in their order: written and captured, shipped, appended on its own device;
 * received and applied on another.
 */
export type ChangeStep = 'shoal.write' | 'shoal.ship' | 'shoal.append' | 'shoal.receive' | 'shoal.apply';

/** A change longer ago than this is no part of what runs now but the reason for it: a link instead of a parent. */
const storyMs = 60_000;

const tracer = () => trace.getTracer('shoal');

/** Does `work` as a step, within whatever is being done. What it throws is noted by its name, never by its words. */
export function inStep<T>(step: ChangeStep, attributes: Attributes, work: () => T): T {
  return tracer().startActiveSpan(step, { attributes }, (span) => {
    const end = (error?: unknown) => {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) });
      span.end();
    };
    try {
      const result = work();
      if (result instanceof Promise) {
        result.then(
          () => end(),
          (error: unknown) => end(error ?? new Error('nothing')),
        );
      } else end();
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  });
}

/** One change as its entry tells of it. */
export interface TracedChange {
  /** The trace context that the change carries; nothing is recorded where it is empty. */
  readonly traceParent: string;
  /** When it was made, Unix ms. */
  readonly wallMs: number;
  readonly attributes: () => Attributes;
}

/**
 * Notes that a step was done for each change that somebody follows, from `sinceMs` (Unix ms) until now. Costs one
 * comparison of a text for each that nobody does.
 */
export function noteStep(step: ChangeStep, changes: Iterable<TracedChange>, sinceMs: number): void {
  for (const { traceParent, wallMs, attributes } of changes) {
    const at = traceParent === '' ? null : parseTraceParent(traceParent);
    if (at === null) continue;
    const isStory = sinceMs - wallMs < storyMs;
    const options = {
      kind: SpanKind.CONSUMER,
      startTime: sinceMs,
      attributes: attributes(),
      links: isStory ? [] : [{ context: at }],
    };
    tracer()
      .startSpan(step, options, isStory ? contextOf(at) : ROOT_CONTEXT)
      .end();
  }
}

/**
 * The trace context of an entry that folds several writes of a record: a step within the last of them, linked to the
 * others. Empty where nobody follows any.
 */
export function foldTraceParents(traceParents: readonly string[], attributes: () => Attributes): string {
  const followed = traceParents.flatMap((text) => (text === '' ? [] : (parseTraceParent(text) ?? [])));
  const last = followed.pop();
  if (last === undefined) return '';
  const links: Link[] = followed.map((at) => ({ context: at }));
  const options = { kind: SpanKind.PRODUCER, attributes: attributes(), links };
  const span = tracer().startSpan('shoal.ship', options, contextOf(last));
  span.end();
  // Where this process records nothing, others still may.
  return traceParentOf(span) || `00-${last.traceId}-${last.spanId}-01`;
}

function nameOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : typeof error;
}

/** Leaves the current story, for work that goes on when it is over. */
export function outsideOfTraces<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}
