import { type Entry, lifeToBytes, Predecessor } from '@shoal/proto';
import type { SyncLog } from '../log/sync-log.ts';
import type { EntryRow } from '../store/entry-rows.ts';

/** An entry as it travels, from its row. Its bytes are those that came. */
export function wireEntry(log: SyncLog, row: EntryRow): Entry {
  const { header, sealed, signature, originSeq, groupFirst, groupLast, predecessor } = row;
  return {
    header,
    sealed,
    signature,
    position: {
      stream: lifeToBytes(log.streamById.get(row.streamId)!),
      originSeq,
      groupFirst,
      groupLast,
      predecessor: predecessor === null ? undefined : Predecessor.decode(predecessor),
    },
  };
}

/** Upper bound of an entry's bytes in a message: what it carries, and its position with the tags. */
export function wireEntryBytes(entry: {
  readonly header: Uint8Array;
  readonly sealed: Uint8Array;
  readonly signature: Uint8Array;
}): number {
  return entry.header.length + entry.sealed.length + entry.signature.length + 160;
}

/** Upper bound of a vector's bytes in a message. */
export function wireVectorBytes(streams: number): number {
  return streams * 48;
}
