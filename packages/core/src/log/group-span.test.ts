import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamId } from '../ids.ts';
import {
  firstOpenSeq,
  type GroupedEntry,
  type GroupSpan,
  planGroupSpans,
  readableThrough,
  releaseGroupSpans,
  wholePageLength,
} from './group-span.ts';

const stream = (name: number) => `stream ${name}` as StreamId;

/** Streams of groups of the sizes given, stored one entry at a time from the stream that each choice names. */
function storedEntries(sizesByStream: readonly (readonly number[])[], choices: readonly number[]) {
  const queues = sizesByStream.map((sizes, name) => {
    let originSeq = 0;
    return sizes.flatMap((size) => {
      const groupLast = originSeq + size;
      return Array.from({ length: size }, () => ({
        stream: stream(name),
        originSeq: ++originSeq,
        groupLast,
      }));
    });
  });
  const entries: GroupedEntry[] = [];
  for (const choice of choices) {
    const next = queues[choice % queues.length]!.shift();
    if (next !== undefined) entries.push({ ...next, seq: entries.length + 1 });
  }
  return entries;
}

const haveOf = (entries: readonly GroupedEntry[]) =>
  new Map(entries.map((entry) => [entry.stream, entry.originSeq]));

/** The slow way: of all places to stop the last that is before no rest of a group, come or to come. */
function expectedReadable(entries: readonly GroupedEntry[]): number {
  const have = haveOf(entries);
  for (let readable = entries.length; ; readable--) {
    const isWhole = entries.slice(0, readable).every((entry) => {
      const isSame = (other: GroupedEntry) =>
        other.stream === entry.stream && other.groupLast === entry.groupLast;
      return have.get(entry.stream)! >= entry.groupLast && !entries.slice(readable).some(isSame);
    });
    if (isWhole) return readable;
  }
}

function spansAfter(entries: readonly GroupedEntry[], batchSizes: readonly number[]): GroupSpan[][] {
  const history: GroupSpan[][] = [];
  let spans: GroupSpan[] = [];
  let at = 0;
  for (const size of batchSizes) {
    const added = entries.slice(at, at + size);
    at += added.length;
    spans = planGroupSpans({ spans, added, have: haveOf(entries.slice(0, at)), headSeq: at });
    history.push(spans);
  }
  return history;
}

describe('groups in a log', () => {
  it('[REP-8] what is readable cuts no group and is as much as that allows, however groups lie among each other', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    const property = fc.property(
      fc.array(sizes, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(8), { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 20 }),
      (sizesByStream, choices, batchSizes) => {
        const entries = storedEntries(sizesByStream, choices);
        let at = 0;
        for (const [step, spans] of spansAfter(entries, batchSizes).entries()) {
          at = Math.min(entries.length, at + batchSizes[step]!);
          expect(readableThrough(at, spans)).toBe(expectedReadable(entries.slice(0, at)));
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('[REP-8] a group that lies around the beginning of an open one waits with it', () => {
    const entries = storedEntries([[2], [2]], [0, 1, 0]);
    const [spans] = spansAfter(entries, [3]);
    expect(readableThrough(3, spans!)).toBe(0);
    expect(firstOpenSeq(spans!)).toBe(2);
  });

  it('[REP-8] a group that is given up is read as it is, and what waited with it', () => {
    const [spans] = spansAfter(storedEntries([[2], [2]], [0, 1, 0]), [3]);
    const released = releaseGroupSpans(spans!, { seq: 2, headSeq: 3 });
    expect(readableThrough(3, released)).toBe(3);
    expect(firstOpenSeq(released)).toBeNull();
  });

  it('[REP-8] a group is not waited for when something behind its end has come: its rest was superseded', () => {
    const added = [
      { seq: 1, stream: stream(0), originSeq: 1, groupLast: 3 },
      { seq: 2, stream: stream(0), originSeq: 4, groupLast: 4 },
    ];
    expect(planGroupSpans({ spans: [], added, have: new Map([[stream(0), 1]]), headSeq: 2 })).toEqual([]);
  });

  it('[REP-8] a full page ends before a group that it would cut, unless every end would cut one', () => {
    const entries = storedEntries([[1, 2], [2]], [0, 1, 1, 0, 0]);
    const lastSeqOf = ({ stream, groupLast }: GroupedEntry) =>
      entries.findLast((entry) => entry.stream === stream && entry.groupLast === groupLast)!.seq;
    expect(wholePageLength(entries.slice(0, 4), lastSeqOf)).toBe(3);
    expect(wholePageLength(entries.slice(0, 3), lastSeqOf)).toBe(3);
    expect(wholePageLength(entries.slice(1, 2), lastSeqOf)).toBe(1);
  });

  it('[REP-8] [LOG-1] an entry that was lost and comes back behind others belongs to where its group began', () => {
    const back: GroupedEntry = { seq: 9, stream: stream(0), originSeq: 3, groupLast: 3, groupFirstSeq: 1 };
    const open: GroupedEntry = { seq: 4, stream: stream(1), originSeq: 1, groupLast: 2 };
    const have = new Map([[stream(0), 3]]);
    const waiting = planGroupSpans({ spans: [], added: [open], have, headSeq: 8 });
    expect(readableThrough(8, waiting)).toBe(3);
    const spans = planGroupSpans({ spans: waiting, added: [back], have, headSeq: 9 });
    expect(readableThrough(9, spans)).toBe(0);
  });
});
