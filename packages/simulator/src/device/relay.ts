import { type LogSighting, limits, type StreamId } from '@shoal/core';
import type { LibraryFile, OutboxRow } from '../data/library-file.ts';
import type { Life } from '../time/life.ts';
import { callLocal } from './call-local.ts';
import { commits } from './commits.ts';
import type { LogStoreProcess } from './log-store-process.ts';
import { changeOf } from './outbox-change.ts';
import type { Surroundings } from './surroundings.ts';

/** Ships the outbox to the device's own log-store (CHG-8). */
export interface Relay {
  signal(): void;
}

/** Ships on signal and at least every `relayMs`; a row goes only after the log has committed it (CHG-8). */
export function startRelay(options: {
  readonly surroundings: Surroundings;
  readonly file: LibraryFile;
  readonly life: Life;
  readonly logStore: () => LogStoreProcess | null;
}): Relay {
  const { surroundings, file, life, logStore } = options;
  const { parts, sizes } = surroundings;
  let isShipping = false;
  /** The life of the log-store that knows what this process saw of its log. */
  let recognised: StreamId | null = null;

  function ship(): void {
    if (isShipping) return;
    const rows = file.content.outbox.slice(0, sizes.groupEntries);
    if (rows.length === 0) return;
    isShipping = true;
    const group = rows.map((row) => changeOf(parts, file, row));
    if (!parts.appendsFirst) clear(rows, file.content.sightings.append);
    callLocal(surroundings, {
      caller: life,
      target: logStore,
      work(process) {
        if (recognised !== process.stream) process.recognise(file.content.sightings, null);
        recognised = process.stream;
        return process.append(group);
      },
      done: (append) => {
        isShipping = false;
        if (clear(rows, append)) ship();
      },
      failed: () => {
        isShipping = false;
      },
    });
  }

  /** Answers whether it could; a row that changed since it was read stays. */
  function clear(rows: readonly OutboxRow[], append: LogSighting | null): boolean {
    const readById = new Map(rows.map((row) => [row.id, row]));
    const outbox = file.content.outbox.filter((row) => {
      const read = readById.get(row.id);
      return read === undefined || !parts.isShipped(row, read);
    });
    const { wholeLogId: whole, sightings: seen } = file.content;
    const wholeLogId =
      append === null ? whole : parts.wholeLogAfter(whole, append.logId, seen.append?.logId ?? null);
    const sightings = { ...seen, append };
    return life.isAlive && commits(() => file.commit({ outbox, sightings, wholeLogId }));
  }

  function poll(): void {
    ship();
    life.after(limits.relayMs, poll);
  }

  poll();
  return { signal: () => void life.after(0, ship) };
}
