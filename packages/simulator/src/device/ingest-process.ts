import {
  type Clock,
  dotHlc,
  type LogId,
  type RecordState,
  receiveHlc,
  ShoalError,
  type StreamId,
} from '@shoal/core';
import { registry } from '../data/domain.ts';
import { type Entry, placeKey } from '../data/entry.ts';
import type { Cursor, LibraryFile } from '../data/library-file.ts';
import type { Life } from '../time/life.ts';
import { callLocal } from './call-local.ts';
import { commits } from './commits.ts';
import type { LogStoreProcess } from './log-store-process.ts';
import { outboxOfAll } from './outbox-of-all.ts';
import type { Surroundings } from './surroundings.ts';

/** Follows the device's own log and applies it (phase 3). */
export interface IngestProcess {
  readonly life: Life;
  /** The log may have grown. */
  signal(): void;
}

/** A page of the local log, for ingest. */
export interface ReadPage {
  readonly logId: LogId;
  readonly life: StreamId;
  readonly entries: readonly Entry[];
  readonly nextSeq: number;
}

const pollMs = 1_000;

/** Reads page by page; states, view, clock and cursor of a page commit together (ING-2). */
export function startIngest(options: {
  readonly surroundings: Surroundings;
  readonly file: LibraryFile;
  readonly wallMs: () => number;
  readonly life: Life;
  readonly logStore: () => LogStoreProcess | null;
}): IngestProcess {
  const { surroundings, file, life, logStore } = options;
  const { parts, sizes } = surroundings;
  let cursor: Cursor | null = file.content.cursor;
  let isReading = false;

  function read(): void {
    if (isReading) return;
    isReading = true;
    const fromSeq = (cursor?.appliedSeq ?? 0) + 1;
    call(
      (process) => {
        const { read, append } = file.content.sightings;
        const { isSettled } = process.recognise([read, append]);
        return { ...process.read(fromSeq, Math.max(sizes.pageEntries, sizes.groupEntries)), isSettled };
      },
      (page) => take(fromSeq, page),
    );
  }

  function take(fromSeq: number, page: ReadPage & { readonly isSettled: boolean }): void {
    if (cursor !== null && cursor.logId !== page.logId) {
      // The log was replaced: followed from its beginning; applying again changes nothing (REP-6, ING-1).
      const begin = { logId: page.logId, appliedSeq: 0 };
      const isReset = commits(() => file.commit({ cursor: begin, isReappendDue: parts.appendsAgain }));
      if (isReset) cursor = begin;
      goOn(isReset);
      return;
    }
    const isMore = page.nextSeq > fromSeq;
    if (isMore) {
      const next = { logId: page.logId, appliedSeq: page.nextSeq - 1 };
      if (!commits(() => apply(page, next))) {
        goOn(false);
        return;
      }
      cursor = next;
    }
    const isDue = !isMore && page.isSettled && file.content.isReappendDue;
    if (isDue) commits(() => file.commit({ ...outboxOfAll(file), isReappendDue: false }));
    acknowledge(isMore);
  }

  function apply({ entries, logId, life: logLife }: ReadPage, next: Cursor): void {
    if (!parts.movesCursorWithRows) {
      file.commit({ cursor: next });
      if (!life.isAlive) return;
    }
    const changes = entries.map(({ ref, version, schemaVersion, state }) => ({
      ref,
      version,
      schemaVersion,
      open: () => state ?? refuse(),
    }));
    const plan = parts.planApply(registry, file.memory, changes);
    const quarantine = new Set(file.content.quarantine);
    for (const { index } of plan.quarantined) quarantine.add(placeKey(entries[index]!));
    const read = { logId, life: logLife, seq: next.appliedSeq };
    const sightings = { ...file.content.sightings, read };
    file.commit({ plan, clock: clockAfter(entries), cursor: next, quarantine, sightings });
  }

  function clockAfter(entries: readonly Entry[]): Clock {
    let { clock } = file.content;
    for (const { dot } of entries) clock = receiveHlc(clock, dotHlc(dot), options.wallMs()).clock;
    return clock;
  }

  function goOn(isMore: boolean): void {
    isReading = false;
    if (isMore) read();
  }

  function acknowledge(isMore: boolean): void {
    if (cursor === null) {
      goOn(false);
      return;
    }
    const { logId, appliedSeq } = cursor;
    const { quarantine } = file.content;
    call(
      (process) => process.acknowledge(logId, appliedSeq, quarantine),
      () => goOn(isMore),
    );
  }

  function call<T>(work: (process: LogStoreProcess) => T, done: (reply: T) => void): void {
    callLocal(surroundings, { caller: life, target: logStore, work, done, failed: () => goOn(false) });
  }

  function poll(): void {
    read();
    life.after(pollMs, poll);
  }

  poll();
  return { life, signal: () => void life.after(0, read) };
}

function refuse(): RecordState {
  throw new ShoalError('unsealing-failed', 'the payload does not open');
}
