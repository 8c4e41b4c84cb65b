import { type Attributes, type Link, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { inSpan, tracer } from './in-span.ts';
import { contextOf, formatTraceParent, parseTraceParent, traceParentOf } from './trace-parent.ts';

/**
 * The parts of the story of one change, in their order: written and captured, shipped, appended on its own device;
 * received and applied on another.
 */
export type ChangeStep = 'shoal.write' | 'shoal.ship' | 'shoal.append' | 'shoal.receive' | 'shoal.apply';

/** A change longer ago than this is no part of what runs now but the reason for it: a link instead of a parent. */
const storyMs = 60_000;

/** Does `work` as a step, within whatever is being done. */
export function inStep<T>(step: ChangeStep, attributes: Attributes, work: () => T): T {
  return inSpan(step, { attributes }, work);
}

/** One change, by the names that the header of its entry uses. */
export interface TracedChange {
  readonly libraryId: string;
  readonly model: string;
  readonly recordId: string;
}

/** A change as its entry tells of it. */
export interface TracedEntry extends TracedChange {
  /** The trace context that the change carries; nothing is recorded where it is empty. */
  readonly traceParent: string;
  /** When it was made, Unix ms. */
  readonly wallMs: number;
}

/**
 * Notes that a step was done for each change that somebody follows, from `sinceMs` (Unix ms) until now. Costs one
 * comparison of a text for each that nobody does.
 */
export function noteStep(step: ChangeStep, entries: Iterable<TracedEntry>, sinceMs: number): void {
  for (const entry of entries) {
    const at = entry.traceParent === '' ? null : parseTraceParent(entry.traceParent);
    if (at === null) continue;
    const isStory = sinceMs - entry.wallMs < storyMs;
    const options = {
      kind: SpanKind.CONSUMER,
      startTime: sinceMs,
      attributes: attributesOf(entry),
      links: isStory ? [] : [{ context: at }],
    };
    tracer()
      .startSpan(step, options, isStory ? contextOf(at) : ROOT_CONTEXT)
      .end();
  }
}

/**
 * The trace context of an entry that folds several writes of a record: a step within the last of them, linked to the
 * others. Empty where nobody follows any; where only this process records nothing, that of the last.
 */
export function foldTraceParents(traceParents: readonly string[], change: TracedChange): string {
  if (traceParents.length === 0) return '';
  const followed = traceParents.flatMap((text) => parseTraceParent(text) ?? []);
  const last = followed.pop();
  if (last === undefined) return '';
  const links: Link[] = followed.map((at) => ({ context: at }));
  const options = { kind: SpanKind.PRODUCER, attributes: attributesOf(change), links };
  const span = tracer().startSpan('shoal.ship', options, contextOf(last));
  span.end();
  return traceParentOf(span) || formatTraceParent(last);
}

function attributesOf({ libraryId, model, recordId }: TracedChange): Attributes {
  return { 'shoal.library': libraryId, 'shoal.model': model, 'shoal.record': recordId };
}
