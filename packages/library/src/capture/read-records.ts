import type { LibraryId, LogId, RecordRef } from '@shoal/core';
import { Entry, type ParsedEntry, parseEntry } from '@shoal/proto';
import type { KeyRing } from '../crypto/seal.ts';
import type { LibraryStore } from '../store/library-store.ts';
import type { Sqlite } from '../store/open-database.ts';
import type { OutboxRow, OutboxStore } from '../store/outbox-store.ts';
import { recordEntries } from './record-entry.ts';

/** Some of what a library knows, as entries that its log may lack (REP-6). */
export interface RecordPage {
  readonly entries: readonly ParsedEntry[];
  /** Behind which record the next page starts; null: this was the last. */
  readonly last: RecordRef | null;
  /** Whether records were left out because too much of them waits to be shipped: read again later. */
  readonly hasLeftOut: boolean;
}

/** Operations of one record that may wait in the outbox; with more it is left out. */
const waitingMax = 100;

/**
 * Prepares reading all records page by page, in order of model and id, each page within the caller's read
 * transaction. Before a record's state comes what of it waits in the outbox, as its operations would count as shipped
 * once the state is (CHG-8); behind it what of it lies in quarantine: perhaps nobody else has that any more. But not what was met in the very log
 * that the page is for: it holds that, and would take it again each time, as it stands for nothing there.
 */
export function recordPages(options: {
  readonly db: Sqlite;
  readonly store: LibraryStore;
  readonly outbox: OutboxStore;
  readonly ring: KeyRing;
  readonly libraryId: LibraryId;
  readonly outboxEntry: (row: OutboxRow) => ParsedEntry;
}): (after: RecordRef | null, limit: number, logId?: LogId) => RecordPage {
  const { db, store, outbox } = options;
  const refsAfter = db.prepare<
    [{ model: string; uuid: string; limit: number; logId: string }],
    { model: string; uuid: string }
  >(
    `select * from (select model, uuid from shoal_records where (model, uuid) > (@model, @uuid)
       order by model, uuid limit @limit+0)
     union select model, uuid from shoal_quarantine where (model, uuid) > (@model, @uuid)
       and entry is not null and log_id <> @logId
     order by model, uuid limit @limit+0`,
  );
  const quarantined = db
    .prepare<[string, string, string], Buffer>(
      `select entry from shoal_quarantine where model = ? and uuid = ? and entry is not null and log_id <> ?
       order by id`,
    )
    .pluck();

  return (after, limit, logId) => {
    const entryOf = recordEntries(options);
    const log = logId ?? '';
    const rows = refsAfter.all({ model: after?.model ?? '', uuid: after?.id ?? '', limit, logId: log });
    const refs = rows.map(({ model, uuid }) => ({ model, id: uuid }) as RecordRef);
    const entries: ParsedEntry[] = [];
    let hasLeftOut = false;
    for (const ref of refs) {
      const setAside = quarantined.all(ref.model, ref.id, log) as Buffer[];
      const waiting = outbox.of(ref, waitingMax);
      if (waiting.length === waitingMax) hasLeftOut = true;
      else if (store.records.version(ref) !== undefined)
        entries.push(...waiting.map(options.outboxEntry), entryOf(ref));
      // Last: what opens for nobody may claim to include everything, and must not stand for the record's own state.
      entries.push(...setAside.map((bytes) => parseEntry(Entry.decode(bytes))));
    }
    return { entries, last: refs.length < limit ? null : refs.at(-1)!, hasLeftOut };
  };
}
