import { join } from 'node:path';
import { limits } from '@shoal/core';
import { type PositionedEntry, parsePositionedEntry, uuidToBytes } from '@shoal/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncLog } from '../log/sync-log.ts';
import { deviceA, deviceB, deviceC, library, makeEntry } from '../testing/make-entry.ts';
import { openTempLog, tempFolder } from '../testing/temp-log.ts';
import { readPage } from './read-page.ts';

/**
 * The hazard: two devices' groups come at the same time, in parts, over restarts, and a page is full in the middle of
 * one; ingest shows a part of what was written at once (REP-8). The method: logs on real files, read as ingest does,
 * against counting by hand.
 */
const libraryId = uuidToBytes(library);
const groupOf = ({ position }: PositionedEntry) => `${position.stream} ${position.groupLast}`;

/** Reads page by page from a seq on, up to what may be read. */
function readPages(log: SyncLog, fromSeq: number, limit: number) {
  const pages: PositionedEntry[][] = [];
  for (let at = fromSeq; ; ) {
    const page = readPage(log, { libraryId, logId: log.logId, fromSeq: at, limit });
    if (page.nextSeq === at) return { pages, nextSeq: at };
    pages.push(page.entries.map(({ entry }) => parsePositionedEntry(entry!)));
    at = page.nextSeq;
  }
}

/** What a device appended, in groups of these sizes. */
function entriesOf(device: typeof deviceB, sizes: readonly number[]): PositionedEntry[] {
  const log = openTempLog(undefined, device);
  let record = 0;
  const made = () => makeEntry({ record: ++record, at: record, device });
  const appended = sizes.flatMap((size) => log.append(Array.from({ length: size }, made)));
  log.close();
  return appended;
}

const sizesOf = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
const batches = fc.array(
  fc.record({ from: fc.nat(1), count: fc.integer({ min: 1, max: 3 }), isRestart: fc.boolean() }),
  { maxLength: 20 },
);

describe('groups on a real file', () => {
  it('[REP-8] in whatever parts and order groups come, over restarts: what may be read holds each whole', () => {
    const property = fc.property(sizesOf, sizesOf, batches, (ofB, ofC, history) => {
      const queues = [entriesOf(deviceB, ofB), entriesOf(deviceC, ofC)];
      const all = queues.flat().length;
      const path = join(tempFolder(), 'sync.db');
      let log = openTempLog(path, deviceA);
      let nextSeq = 1;
      let count = 0;
      const readOn = () => {
        const read = readPages(log, nextSeq, limits.batchEntriesMax);
        for (const entries of Map.groupBy(read.pages.flat(), groupOf).values()) {
          const { groupFirst, groupLast } = entries[0]!.position;
          expect(entries).toHaveLength(groupLast - groupFirst + 1);
          count += entries.length;
        }
        nextSeq = read.nextSeq;
      };
      for (const { from, count: more, isRestart } of history) {
        log.store(queues[from]!.splice(0, more));
        if (isRestart) {
          log.close();
          log = openTempLog(path, deviceA);
        }
        readOn();
      }
      for (const queue of queues) log.store(queue);
      readOn();
      expect([count, log.firstOpenSeq]).toEqual([all, null]);
      log.close();
    });
    fc.assert(property, { numRuns: 20 });
  }, 30_000);

  it('[REP-8] a full page ends where it cuts no group, if there is such a place in it', () => {
    const choices = fc.array(fc.nat(1), { maxLength: 30 });
    const property = fc.property(
      sizesOf,
      sizesOf,
      choices,
      fc.integer({ min: 2, max: 6 }),
      (ofB, ofC, order, limit) => {
        const queues = [entriesOf(deviceB, ofB), entriesOf(deviceC, ofC)];
        const log = openTempLog(undefined, deviceA);
        const mixed = order.flatMap((from) => queues[from]!.splice(0, 1));
        log.store([...mixed, ...queues.flat()]);
        const { pages } = readPages(log, 1, limit);
        let rest = pages.flat();
        for (const page of pages) {
          expect(page.length).toBeLessThanOrEqual(limit);
          const isCutAt = (length: number) => {
            const behind = new Set(rest.slice(length).map(groupOf));
            return rest.slice(0, length).some((entry) => behind.has(groupOf(entry)));
          };
          const places = Array.from({ length: Math.min(limit, rest.length) }, (_, at) => at + 1);
          const whole = places.filter((length) => !isCutAt(length));
          expect(page).toHaveLength(whole.at(-1) ?? Math.min(limit, rest.length));
          rest = rest.slice(page.length);
        }
        expect(rest).toEqual([]);
        log.close();
      },
    );
    fc.assert(property, { numRuns: 30 });
  }, 30_000);

  it('[REP-8] the greatest group that a request carries goes into one page', () => {
    const log = openTempLog();
    // As many entries as a request takes, and as large as they may be all together.
    const bytesMax = Math.floor(limits.groupBytesMax / limits.batchEntriesMax);
    const group = Array.from({ length: limits.batchEntriesMax }, (_, at) => {
      const { headerBytes } = makeEntry({ record: at, at: at + 1 });
      return makeEntry({ record: at, at: at + 1, payloadBytes: bytesMax - headerBytes.length });
    });
    log.append([makeEntry({ record: 5_000, at: 1 })]);
    log.append(group);
    const lengths = readPages(log, 1, limits.batchEntriesMax).pages.map((page) => page.length);
    expect(lengths).toEqual([1, limits.batchEntriesMax]);
  });
});
