import type { LibraryId } from '@shoal/core';
import type { ParsedEntry } from '@shoal/proto';
import { noteStep, openInstruments } from '@shoal/telemetry';

/** What the log of a library tells of itself. */
export interface LogTelemetry {
  /** Takes a group of this device into the log by `append`, and tells of what was taken. */
  appending<Taken extends readonly ParsedEntry[]>(append: () => Taken): Taken;
  /** Entries of other devices were stored, since `sinceMs` (Unix ms). */
  received(entries: readonly ParsedEntry[], sinceMs: number): void;
  /** So many entries went to other devices. */
  sent(entries: number): void;
  superseded(entries: number): void;
  /** A request to another log-store failed and will be made again. */
  retried(): void;
}

/** Opens the instruments and labels what they tell with the library. */
export function logTelemetry(library: LibraryId): LogTelemetry {
  const meters = openInstruments();
  const labels = { library };
  return {
    appending(append) {
      const startMs = performance.now();
      const sinceMs = Date.now();
      const taken = append();
      meters.append.record(performance.now() - startMs, labels);
      meters.appended.add(taken.length, labels);
      noteStep('shoal.append', headersOf(taken), sinceMs);
      return taken;
    },
    received(entries, sinceMs) {
      meters.received.add(entries.length, labels);
      noteStep('shoal.receive', headersOf(entries), sinceMs);
    },
    sent: (entries) => meters.sent.add(entries, labels),
    superseded: (entries) => meters.superseded.add(entries, labels),
    retried: () => meters.retried.add(1, { ...labels, reason: 'pull' }),
  };
}

function* headersOf(entries: readonly ParsedEntry[]) {
  for (const { header } of entries) yield header;
}
