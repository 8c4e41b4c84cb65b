import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { foldTraceParents, inStep, noteStep } from './change-spans.ts';
import { type RecordedSpans, recordSpans } from './testing/record-spans.ts';
import { currentTraceParent, inTraceOf } from './trace-parent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentOf = (span: number) => `00-${traceId}-${String(span).padStart(16, '0')}-01`;
const change = { libraryId: 'l', model: 'tag', recordId: 'r' };

describe('with a recorder', () => {
  let recorded: RecordedSpans;
  beforeEach(() => {
    recorded = recordSpans();
  });
  afterEach(() => recorded.stop());
  const spans = () => recorded.ended();

  test('[CHG-2] a change carries the step that it was written in', () => {
    const carried = inStep('shoal.write', {}, () => currentTraceParent());
    const { traceId: id, spanId } = spans()[0]!.spanContext();
    expect(carried).toBe(`00-${id}-${spanId}-01`);
  });

  test('a step that fails says so by the code of the error, not by its words', async () => {
    const failing = Object.assign(new Error('a secret'), { code: 'not-found' });
    expect(() => inStep('shoal.write', {}, () => raise(failing))).toThrow('a secret');
    await expect(inStep('shoal.write', {}, async () => raise(failing))).rejects.toThrow('a secret');
    expect(spans().map(({ status }) => status.message)).toEqual(['not-found', 'not-found']);
  });

  test('an entry of several writes continues the last of them and is linked to the others', () => {
    const carried = foldTraceParents([parentOf(1), '', parentOf(2), parentOf(3)], change);
    const [span] = spans();
    expect(span!.parentSpanContext).toMatchObject({ traceId, spanId: parentOf(3).slice(36, 52) });
    expect(span!.links.map(({ context: at }) => at.spanId)).toEqual(
      [parentOf(1), parentOf(2)].map((text) => text.slice(36, 52)),
    );
    expect(carried).toBe(`00-${traceId}-${span!.spanContext().spanId}-01`);
  });

  test('what was made a minute ago or more is linked to, what is younger is continued', () => {
    const entry = { ...change, traceParent: parentOf(1) };
    const nowMs = 1_000_000;
    noteStep(
      'shoal.apply',
      [
        { ...entry, wallMs: nowMs - 59_999 },
        { ...entry, wallMs: nowMs - 60_000 },
      ],
      nowMs,
    );
    const [young, old] = spans();
    expect(young!.spanContext().traceId).toBe(traceId);
    expect(young!.links).toEqual([]);
    expect(old!.spanContext().traceId).not.toBe(traceId);
    expect(old!.links[0]!.context).toMatchObject({ traceId });
  });

  test.each(['', 'x', parentOf(1).replace('-01', '-00'), `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`])(
    'what nobody follows, "%s", is not noted',
    (traceParent) => {
      noteStep('shoal.apply', [{ ...change, traceParent, wallMs: 0 }], 0);
      expect(foldTraceParents([traceParent], change)).toBe('');
      expect(inTraceOf(traceParent, currentTraceParent)).toBe('');
      expect(spans()).toEqual([]);
    },
  );
});

test('without a recorder a step is done and carries nothing; what others follow is passed on', () => {
  expect(inStep('shoal.write', {}, () => currentTraceParent())).toBe('');
  expect(foldTraceParents([parentOf(1)], change)).toBe(parentOf(1));
});

function raise(error: Error): never {
  throw error;
}
