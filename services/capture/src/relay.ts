import { limits, type ShoalError, type StreamId } from '@shoal/core';
import type { Library, OutboxRow, Shipment } from '@shoal/library';
import type { Client, LogStoreDefinition } from '@shoal/proto';
import { entryToWire, lifeFromBytes, uuidToBytes } from '@shoal/proto';
import { type Log, openLogRecognition, startSignalledLoop } from '@shoal/service-kit';
import { durableStep } from '@shoal/telemetry';

/** Ships the outbox to the device's own log-store (CHG-8). */
export interface Relay {
  /** There may be something to ship. */
  signal(): void;
  /** Why the outbox is not shipped; null: it is. */
  failure(): ShoalError | null;
  /** Ships what is in hand, then ends. */
  stop(): Promise<void>;
}

/** A log-store that died with a request in hand is served again soon after it is back (REP-4). */
const attempt = { timeoutMs: limits.logAttemptMs };
const retryMsMax = 5_000;

/**
 * Ships on signal, and looks at least every `idleMs` (100) for what other writers of the library left (S0-57). A row
 * goes only after the log-store has committed it; a failure is retried for ever with full jitter, and loses nothing.
 */
export function startRelay(options: {
  readonly library: Pick<Library, 'options' | 'readOutbox' | 'clearOutbox' | 'logMemory'>;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'append' | 'recognise'>;
  readonly log: Log;
  /** Without a signal the outbox is looked at this often. */
  readonly idleMs?: number;
  /** Whether what waits may wait a little more. */
  readonly isHeld?: () => boolean;
}): Relay {
  const { library, logStore, log, idleMs = limits.relayMs, isHeld = () => false } = options;
  const libraryId = uuidToBytes(library.options.libraryId);
  const recognition = openLogRecognition({
    libraryId: library.options.libraryId,
    logStore,
    sightings: () => library.logMemory.sightings(),
    lastAppend: () => library.logMemory.lastAppend(),
  });

  async function shipOnce(): Promise<boolean> {
    const shipment = library.readOutbox(limits.batchEntriesMax);
    if (shipment.rows.length === 0) return false;
    durableStep('relay.after-drain');
    await recognition.introduce();
    for (const { entries, rows } of chunksOf(shipment)) {
      const request = { libraryId, entries: entries.map((entry) => entryToWire(entry)) };
      const reply = await logStore.append(request, attempt);
      const logId = await recognition.idOf(reply);
      if (logId === null) return true;
      const life = lifeFromBytes<StreamId>(reply.life, 'life');
      durableStep('relay.after-append');
      await library.clearOutbox(rows, { logId, life, seq: reply.headSeq, appended: reply.appended });
      durableStep('relay.after-clear');
    }
    return true;
  }

  const loop = startSignalledLoop({
    work: async () => !isHeld() && (await shipOnce()),
    name: 'the outbox is shipped',
    idleMs,
    retryMs: limits.relayMs,
    retryMsMax,
    library: library.options.libraryId,
    log,
  });
  return {
    signal: () => loop.signal(),
    failure: () => loop.failure(),
    async stop() {
      await loop.stop();
      // What was captured while we were told to stop goes too, if the log-store still answers.
      await shipOnce().catch(() => undefined);
    },
  };
}

/** Cuts a shipment where it would be more than a page of the log holds; each part is a group (REP-8). */
function* chunksOf(shipment: Shipment): Iterable<Shipment> {
  let entries: Shipment['entries'][number][] = [];
  let rows: OutboxRow[] = [];
  let bytes = 0;
  for (const [index, entry] of shipment.entries.entries()) {
    const size = entry.headerBytes.length + entry.sealed.length + entry.signature.length;
    if (bytes + size > limits.groupBytesMax && entries.length > 0) {
      yield { entries, rows };
      entries = [];
      rows = [];
      bytes = 0;
    }
    entries.push(entry);
    rows.push(shipment.rows[index]!);
    bytes += size;
  }
  if (entries.length > 0) yield { entries, rows };
}
