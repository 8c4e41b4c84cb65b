import { setImmediate as turn } from 'node:timers/promises';
import { limits } from '@shoal/core';
import type { Client, LogStoreDefinition, ReadReply } from '@shoal/proto';

/** A page of the log; `isOld`: asked for a while ago, so that the log may have grown since. */
export interface LogPage {
  readonly page: ReadReply;
  readonly isOld: boolean;
}

/** Reads a log page by page, the next one while the caller is busy with the one before. */
export interface PageReader {
  /** The page from `fromSeq` on; the one that was asked for ahead, if it begins there. Throws as the log-store does. */
  read(fromSeq: number): Promise<LogPage>;
  /** Asks for the page from `fromSeq` on, which will be wanted next; resolves when the request is on its way. */
  ask(fromSeq: number): Promise<void>;
}

/** A log-store that died with a request in hand is served again soon after it is back (REP-4). */
const attempt = { timeoutMs: limits.logAttemptMs };

/** A reader that keeps one page at most: what was asked for and is not wanted is dropped. */
export function openPageReader(options: {
  readonly libraryId: Buffer;
  readonly logStore: Pick<Client<typeof LogStoreDefinition>, 'read'>;
}): PageReader {
  const { libraryId, logStore } = options;
  let ahead: { readonly fromSeq: number; readonly page: Promise<ReadReply> } | undefined;

  const request = (fromSeq: number) =>
    logStore.read({ libraryId, logId: '', fromSeq, limit: limits.batchEntriesMax }, attempt);

  return {
    async read(fromSeq) {
      const asked = ahead;
      ahead = undefined;
      if (asked?.fromSeq === fromSeq) return { page: await asked.page, isOld: true };
      return { page: await request(fromSeq), isOld: false };
    },
    async ask(fromSeq) {
      const page = request(fromSeq);
      // Whoever takes it hears of its failure; nobody need take it.
      page.catch(() => undefined);
      ahead = { fromSeq, page };
      // Applying blocks this thread; the log-store is to work meanwhile.
      await turn();
    },
  };
}
