import { type LogId, limits } from '@shoal/core';
import type { Cursor, Library } from '@shoal/library';
import { type Client, type LogStoreDefinition, uuidToBytes } from '@shoal/proto';

/** Tells the log-store how far this device is, and what it passed over (LOG-3). */
export interface Acknowledger {
  /** Says what was not said yet; after a failure everything from the beginning. */
  tell(cursor: Cursor): Promise<void>;
  /** What was passed over from that seq on is not what was told: it is told again with the next one. */
  tellAgainFrom(seq: number): void;
}

/** An acknowledger that has said nothing. What was passed over goes a bounded part at a time. */
export function openAcknowledger(options: {
  readonly library: Pick<Library, 'options' | 'exceptions'>;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'acknowledge'>;
}): Acknowledger {
  const { library, logStore } = options;
  const libraryId = uuidToBytes(library.options.libraryId);
  let told: { readonly logId: LogId; readonly seq: number } | undefined;
  let againFromSeq = Number.POSITIVE_INFINITY;

  /** One request; answers up to where it tells. */
  async function tellPart({ logId, appliedSeq }: Cursor, fromSeq: number): Promise<number> {
    const exceptions = library.exceptions.between(logId, fromSeq, appliedSeq, limits.exceptionsMax);
    const isAll = exceptions.length < limits.exceptionsMax;
    const toSeq = isAll ? appliedSeq : exceptions.at(-1)!;
    const request = { libraryId, logId, appliedSeq: toSeq, fromSeq, exceptions };
    await logStore.acknowledge(request, { timeoutMs: limits.logAttemptMs });
    return toSeq;
  }

  return {
    async tell(cursor) {
      const { logId, appliedSeq } = cursor;
      const known = told?.logId === logId ? told.seq : 0;
      // What is read again is told again, too.
      let seq = Math.min(known, againFromSeq - 1, appliedSeq);
      // Nothing stays said when a request fails: the log-store may not be the one that heard the others.
      if (told !== undefined && seq === appliedSeq && known === appliedSeq) return;
      told = undefined;
      againFromSeq = Number.POSITIVE_INFINITY;
      do seq = await tellPart(cursor, seq + 1);
      while (seq < appliedSeq);
      told = { logId, seq };
    },
    tellAgainFrom(seq) {
      againFromSeq = Math.min(againFromSeq, seq);
    },
  };
}
