import {
  afterReappendedPage,
  type Clock,
  dotHlc,
  type LogId,
  openReappendPass,
  type ReappendPass,
  type RecordState,
  receiveHlc,
  refKey,
  ShoalError,
  type StreamId,
  unreachable,
} from '@shoal/core';
import { type Entry, placeKey } from '../data/entry.ts';
import type { Cursor, LibraryFile } from '../data/library-file.ts';
import { missingRecords } from '../data/missing-records.ts';
import type { Life } from '../time/life.ts';
import { callLocal } from './call-local.ts';
import { commits } from './commits.ts';
import type { DevicePressure } from './device-pressure.ts';
import type { LogStoreProcess } from './log-store-process.ts';
import { recordChanges } from './record-changes.ts';
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
  readonly pressure: DevicePressure;
  readonly life: Life;
  readonly logStore: () => LogStoreProcess | null;
}): IngestProcess {
  const { surroundings, file, life, logStore } = options;
  const { parts, sizes } = surroundings;
  let cursor: Cursor | null = file.content.cursor;
  let isReading = false;
  let pass: ReappendPass | null = null;
  let hasToldMissing = false;
  /** The life of the log-store that knows what this process saw of its log. */
  let recognised: StreamId | null = null;

  function read(): void {
    if (isReading || options.pressure.isPaused) return;
    isReading = true;
    const fromSeq = (cursor?.appliedSeq ?? 0) + 1;
    call(
      (process) => {
        const { sightings, wholeLogId } = file.content;
        const { isSettled } = process.recognise(recognised === process.stream ? null : sightings, wholeLogId);
        recognised = process.stream;
        const limit = Math.max(sizes.pageEntries, sizes.groupEntries);
        return { ...process.read(fromSeq, limit), isSettled };
      },
      (page) => take(fromSeq, page),
    );
  }

  function take(fromSeq: number, page: ReadPage & { readonly isSettled: boolean }): void {
    if (cursor !== null && cursor.logId !== page.logId) {
      // The log was replaced: followed from its beginning; applying again changes nothing (REP-6, ING-1).
      cursor = { logId: page.logId, appliedSeq: 0 };
      goOn(true);
      return;
    }
    if (cursor === null && isFirstLog(page.logId)) commits(() => file.commit({ wholeLogId: page.logId }));
    const isMore = page.nextSeq > fromSeq;
    if (isMore) {
      const next = { logId: page.logId, appliedSeq: page.nextSeq - 1 };
      if (!commits(() => apply(page, next))) {
        goOn(false);
        return;
      }
      cursor = next;
    }
    acknowledge(isMore, page);
  }

  /** All that such a library knows is in its outbox, or was shipped to this very log. */
  function isFirstLog(logId: LogId): boolean {
    const { wholeLogId, sightings } = file.content;
    const seen = [sightings.read, sightings.append];
    return wholeLogId === null && seen.every((sighting) => (sighting?.logId ?? logId) === logId);
  }

  /** Gives the log what the library knows and it lacks, after one of them went back, was lost or damaged (REP-6). */
  function reappend({ logId, isSettled }: ReadPage & { readonly isSettled: boolean }): void {
    const { wholeLogId } = file.content;
    const next = parts.nextReappendStep(pass, { logId, wholeLogId, appliedSeq: cursor?.appliedSeq ?? 0 });
    switch (next.kind) {
      case 'rest':
        goOn(false);
        return;
      case 'ask':
        pass = isSettled ? openReappendPass(logId) : null;
        goOn(isSettled);
        return;
      case 'append':
        appendPage(next.pass);
        return;
      case 'end':
        pass = null;
        if (next.isWhole) noteWhole(logId);
        else goOn(false);
        return;
      default:
        unreachable(next);
    }
  }

  function appendPage(current: ReappendPass): void {
    const { group, last } = recordChanges(parts, file, current, sizes.pageEntries);
    call(
      (process) => process.append(group),
      ({ logId, seq }) => {
        pass = afterReappendedPage(current, { logId, headSeq: seq, last, hasLeftOut: false });
        goOn(pass !== null);
      },
    );
  }

  function noteWhole(logId: LogId): void {
    call(
      (process) => process.recognise(null, logId),
      () => {
        commits(() => file.commit({ wholeLogId: logId }));
        goOn(false);
      },
    );
  }

  /** Who has what is parked for is for the log-store to find out (DEP-4). */
  function tellMissing(): void {
    const wanted = missingRecords(file.memory);
    if (wanted.length === 0 && !hasToldMissing) return;
    hasToldMissing = wanted.length > 0;
    call(
      (process) => process.want(wanted),
      () => undefined,
    );
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
    const plan = parts.planApply(file.registry, file.memory, changes);
    const quarantine = new Map(file.content.quarantine);
    const isSameLog = file.content.cursor?.logId === logId;
    const exceptions = new Set(isSameLog ? file.content.exceptions : []);
    for (const { index } of plan.quarantined) {
      const entry = entries[index]!;
      quarantine.set(`${refKey(entry.ref)} ${entry.dot}`, { entry, logId });
      exceptions.add(placeKey(entry));
    }
    const read = { logId, life: logLife, seq: next.appliedSeq };
    const sightings = { ...file.content.sightings, read };
    const wholeLogId = parts.wholeLogAfter(
      file.content.wholeLogId,
      logId,
      file.content.sightings.append?.logId ?? null,
    );
    const clock = clockAfter(entries);
    file.commit({ plan, clock, cursor: next, quarantine, exceptions, sightings, wholeLogId });
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

  function acknowledge(isMore: boolean, page: ReadPage & { readonly isSettled: boolean }): void {
    if (cursor === null) {
      reappend(page);
      return;
    }
    const { logId, appliedSeq } = cursor;
    const { exceptions } = file.content;
    call(
      (process) => process.acknowledge(logId, appliedSeq, exceptions),
      () => {
        if (isMore) {
          goOn(true);
          return;
        }
        tellMissing();
        reappend(page);
      },
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
