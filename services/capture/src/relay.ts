import { setImmediate as turn } from 'node:timers/promises';
import { limits, type ShoalError, type StreamId } from '@shoal/core';
import type { Library, Shipment } from '@shoal/library';
import type { AppendReply, Client, LogStoreDefinition } from '@shoal/proto';
import { entryToWire, lifeFromBytes, uuidToBytes } from '@shoal/proto';
import { type Log, openLogRecognition, startSignalledLoop } from '@shoal/service-kit';
import { durableStep } from '@shoal/telemetry';
import { relayGroups } from './relay-groups.ts';

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

/** Then the loop looks whether it is to end or to hold. */
const groupsPerTurn = 16;

/** A group on its way to the log-store. */
interface Sent {
  readonly group: Shipment;
  readonly answer: Promise<AppendReply>;
}

/**
 * Ships on signal, and looks at least every `idleMs` (100) for what other writers of the library left (S0-57). A row
 * goes only after the log-store has committed it; a failure is retried for ever with full jitter, and loses nothing.
 */
export function startRelay(options: {
  readonly library: Pick<Library, 'options' | 'readOutbox' | 'clearOutbox' | 'logMemory'>;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'append' | 'recognise'>;
  readonly log: Log;
  /** Without a signal the outbox is looked at this often, asked before each rest. */
  readonly idleMs?: number | (() => number);
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

  /** Ships what waits, group by group: the next one is read and sealed while the log-store works on the one before. */
  async function shipOnce(): Promise<boolean> {
    let waiting = readGroups(0);
    const first = waiting.shift();
    if (first === undefined) return false;
    durableStep('relay.after-drain');
    await recognition.introduce();
    let sent: Sent | undefined = await send(first);
    for (let count = 0; sent !== undefined; count++) {
      const { group, answer } = sent;
      const isLast = count === groupsPerTurn || group.rows.length < limits.batchEntriesMax;
      if (waiting.length === 0 && !isLast) waiting = readGroups(group.rows.at(-1)!.id);
      const reply = await answer;
      const logId = await recognition.idOf(reply);
      if (logId === null) return true;
      const life = lifeFromBytes<StreamId>(reply.life, 'life');
      durableStep('relay.after-append');
      const next = waiting.shift();
      sent = next && (await send(next));
      const { headSeq: seq, appended } = reply;
      await library.clearOutbox(group.rows, { logId, life, seq, appended });
      durableStep('relay.after-clear');
    }
    return true;
  }

  function readGroups(afterId: number): Shipment[] {
    return relayGroups(library.readOutbox(limits.batchEntriesMax, afterId));
  }

  /** Resolves when the request is on its way. */
  async function send(group: Shipment): Promise<Sent> {
    const request = { libraryId, entries: group.entries.map((entry) => entryToWire(entry)) };
    const answer = logStore.append(request, attempt);
    // Whoever waits for it hears of its failure, unless something else fails first.
    answer.catch(() => undefined);
    // Reading and sealing blocks this thread; the log-store is to work meanwhile.
    await turn();
    return { group, answer };
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
