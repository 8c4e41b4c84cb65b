import {
  afterReappendedPage,
  type LogId,
  limits,
  nextReappendStep,
  openReappendPass,
  type ReappendPass,
  unreachable,
} from '@shoal/core';
import type { Library } from '@shoal/library';
import { type Client, type Entry, entryToWire, type LogStoreDefinition, uuidToBytes } from '@shoal/proto';
import type { Log } from '@shoal/service-kit';
import { durableStep } from '@shoal/telemetry';

/** Gives a log what its library knows and it lacks, after one of them went back or was lost (REP-6). */
export interface Reappend {
  /** To be called before anything of the first log that a library follows is applied. */
  begin(logId: LogId): Promise<void>;
  /** Appends some of it to the log, which ingest has read up to there; answers whether there is more to do at once. */
  step(at: { readonly logId: LogId; readonly appliedSeq: number }): Promise<boolean>;
}

/** Records in one step: as much as one append takes when none of them waits in the outbox. */
const recordsMax = limits.batchEntriesMax / 2;

/**
 * Reads all records in pages and appends each as it is; the log-store passes over what it has (CHG-8), so steps may
 * be repeated, by a crash or by another log, and only cost time. Waits while a peer may still bring it. The log is
 * noted as whole when ingest has read back what was appended: then the library would miss it, if the log went back again.
 */
export function openReappend(options: {
  readonly library: Pick<Library, 'options' | 'logMemory' | 'readRecords' | 'setWholeLog'>;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'append' | 'recognise'>;
  readonly log: Log;
}): Reappend {
  const { library, logStore, log } = options;
  const libraryId = uuidToBytes(library.options.libraryId);
  const attempt = { timeoutMs: limits.logAttemptMs };
  let pass: ReappendPass | null = null;
  let appended = 0;

  async function step({ logId, appliedSeq }: { logId: LogId; appliedSeq: number }): Promise<boolean> {
    const wholeLogId = library.logMemory.wholeLogId();
    const next = nextReappendStep(pass, { logId, wholeLogId, appliedSeq });
    switch (next.kind) {
      case 'rest':
        return false;
      case 'ask':
        return open(logId);
      case 'append':
        await appendPage(next.pass);
        return pass !== null;
      case 'end':
        pass = null;
        if (next.isWhole) await noteWhole(logId);
        return false;
      default:
        return unreachable(next);
    }
  }

  async function open(logId: LogId): Promise<boolean> {
    const reply = await logStore.recognise(
      { libraryId, sightings: [], wholeLogId: '', lastAppend: undefined, lastRead: undefined },
      attempt,
    );
    if (reply.settling || reply.logId !== logId) return false;
    log.info({ logId }, 'appending again what the log lacks');
    pass = openReappendPass(logId);
    appended = 0;
    return true;
  }

  async function appendPage(current: ReappendPass): Promise<void> {
    const { entries, last, hasLeftOut } = library.readRecords(current.after, recordsMax, current.logId);
    let reached = { logId: current.logId, headSeq: current.headSeq };
    for (const part of inMessages(entries.map((entry) => entryToWire(entry)))) {
      const reply = await logStore.append({ libraryId, entries: part }, attempt);
      reached = { logId: reply.logId as LogId, headSeq: reply.headSeq };
      if (reply.logId !== current.logId) break;
      appended += reply.appended;
    }
    pass = afterReappendedPage(current, { ...reached, last, hasLeftOut });
    durableStep('reappend.after-page');
  }

  async function noteWhole(logId: LogId): Promise<void> {
    // First the log, which claims again what it had lost (LOG-1); where the other word is not kept, both come again.
    await logStore.recognise(
      { libraryId, sightings: [], wholeLogId: logId, lastAppend: undefined, lastRead: undefined },
      attempt,
    );
    durableStep('reappend.before-whole');
    await library.setWholeLog(logId);
    log.info({ logId, appended }, 'the log has all that the library knows');
  }

  return {
    async begin(logId) {
      const { logMemory } = library;
      // All that such a library knows is in its outbox, or was shipped to this very log.
      if (logMemory.wholeLogId() === null && logMemory.knowsNoOther(logId)) await library.setWholeLog(logId);
    },
    step,
  };
}

/** Cuts entries, in their order, into groups that the bus and a page of the log hold (REP-8). */
function* inMessages(entries: readonly Entry[]): Iterable<Entry[]> {
  let part: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.header.length + entry.sealed.length + entry.signature.length;
    if (part.length === limits.batchEntriesMax || (part.length > 0 && bytes + size > limits.groupBytesMax)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(entry);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
