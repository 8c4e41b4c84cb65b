import { limits, type RecordRef } from '@shoal/core';
import type { Library } from '@shoal/library';
import { type Client, type LogStoreDefinition, uuidToBytes, wantedToWire } from '@shoal/proto';

/** Tells the log-store which records this library lacks, so that it asks the other devices for them (DEP-4). */
export interface MissingTeller {
  /** To be called when ingest has read its log to the end; tells no more often than every `askTellMs`. */
  step(): Promise<void>;
}

/**
 * Keeps no list of its own: what is parked as missing is what is lacking. Where there is more than one request
 * carries, it moves on to the next when all of one were asked for in vain, a while after it began with them; so what
 * nobody has keeps nothing else from being found.
 */
export function openMissingTeller(options: {
  readonly library: Pick<Library, 'options' | 'missingRecords'>;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'ask'>;
  readonly nowMs: () => number;
}): MissingTeller {
  const { library, logStore, nowMs } = options;
  const libraryId = uuidToBytes(library.options.libraryId);
  let dueMs = 0;
  let after: RecordRef | null = null;
  let turnMs = 0;
  let hasTold = false;

  function readTurn() {
    const missing = library.missingRecords(after, limits.asksMax);
    if (missing.length > 0 || after === null) return missing;
    after = null;
    return library.missingRecords(after, limits.asksMax);
  }

  return {
    async step() {
      if (nowMs() < dueMs) return;
      const missing = readTurn();
      dueMs = nowMs() + limits.askTellMs;
      if (missing.length === 0 && !hasTold) return;
      const request = { libraryId, wanted: wantedToWire(missing) };
      const { fruitless } = await logStore.ask(request, { timeoutMs: limits.logAttemptMs });
      hasTold = missing.length > 0;
      const isOver = fruitless >= missing.length && nowMs() - turnMs >= limits.askTurnMs;
      if (!isOver) return;
      after = missing.length === limits.asksMax ? missing.at(-1)!.ref : null;
      turnMs = nowMs();
    },
  };
}
