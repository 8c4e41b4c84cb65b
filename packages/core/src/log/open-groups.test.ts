import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamId } from '../ids.ts';
import {
  firstOpenSeq,
  type GroupedEntry,
  type OpenGroup,
  planOpenGroups,
  readableThrough,
  releaseOpenGroups,
  wholePageLength,
} from './open-groups.ts';

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

const isSameGroup = (a: GroupedEntry, b: GroupedEntry) =>
  a.stream === b.stream && a.groupLast === b.groupLast;
const lastSeqWithin = (entries: readonly GroupedEntry[]) => (entry: GroupedEntry) =>
  entries.findLast((other) => isSameGroup(entry, other))!.seq;

/** The slow way: of all places to stop the last that is before no rest of a group, come or to come. */
function expectedReadable(entries: readonly GroupedEntry[]): number {
  const have = haveOf(entries);
  for (let readable = entries.length; ; readable--) {
    const isWhole = entries.slice(0, readable).every((entry) => {
      const isCut = entries.slice(readable).some((other) => isSameGroup(entry, other));
      return have.get(entry.stream)! >= entry.groupLast && !isCut;
    });
    if (isWhole) return readable;
  }
}

function openAfter(entries: readonly GroupedEntry[], batchSizes: readonly number[]): OpenGroup[][] {
  const history: OpenGroup[][] = [];
  let open: OpenGroup[] = [];
  let at = 0;
  for (const size of batchSizes) {
    const added = entries.slice(at, at + size);
    at += added.length;
    open = planOpenGroups({ open, added, have: haveOf(entries.slice(0, at)) });
    history.push(open);
  }
  return history;
}

describe('groups in a log', () => {
  it('[REP-8] what is read cuts no group and is as much as that allows, however groups lie among each other', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    const property = fc.property(
      fc.array(sizes, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(8), { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 20 }),
      (sizesByStream, choices, batchSizes) => {
        const entries = storedEntries(sizesByStream, choices);
        let at = 0;
        for (const [step, open] of openAfter(entries, batchSizes).entries()) {
          at = Math.min(entries.length, at + batchSizes[step]!);
          const there = entries.slice(0, at);
          const readable = readableThrough(at, open);
          const end = readable < at ? 'open-group' : 'head';
          const read = wholePageLength(there.slice(0, readable), end, lastSeqWithin(there));
          expect(read).toBe(expectedReadable(there));
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('[REP-8] a group that lies around the beginning of an open one waits with it', () => {
    const entries = storedEntries([[2], [2]], [0, 1, 0]);
    const [open] = openAfter(entries, [3]);
    expect([firstOpenSeq(open!), readableThrough(3, open!)]).toEqual([2, 1]);
    expect(wholePageLength(entries.slice(0, 1), 'open-group', lastSeqWithin(entries))).toBe(0);
  });

  it('[REP-8] a group that is given up is read as it is, and what waited with it', () => {
    const [open] = openAfter(storedEntries([[2], [2]], [0, 1, 0]), [3]);
    const released = releaseOpenGroups(open!, 2);
    expect([firstOpenSeq(released), readableThrough(3, released)]).toEqual([null, 3]);
    expect(releaseOpenGroups(open!, 1)).toEqual(open);
  });

  it('[REP-8] a group is not waited for when something behind its end has come: its rest was superseded', () => {
    const added = [
      { seq: 1, stream: stream(0), originSeq: 1, groupLast: 3 },
      { seq: 2, stream: stream(0), originSeq: 4, groupLast: 4 },
    ];
    expect(planOpenGroups({ open: [], added, have: new Map([[stream(0), 1]]) })).toEqual([]);
  });

  it('[REP-8] a full page ends before a group that it would cut, unless every end would cut one', () => {
    const entries = storedEntries([[1, 2], [2]], [0, 1, 1, 0, 0]);
    const lastSeqOf = lastSeqWithin(entries);
    expect(wholePageLength(entries.slice(0, 4), 'more', lastSeqOf)).toBe(3);
    expect(wholePageLength(entries.slice(0, 3), 'more', lastSeqOf)).toBe(3);
    expect(wholePageLength(entries.slice(1, 2), 'more', lastSeqOf)).toBe(1);
  });
});
