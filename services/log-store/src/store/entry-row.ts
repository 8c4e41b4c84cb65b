import { type ChecksummedRow, isIntactRow } from './entry-checksum.ts';

/** An entry as it lies in the log. */
export interface EntryRow {
  readonly seq: number;
  readonly streamId: number;
  readonly originSeq: number;
  readonly groupFirst: number;
  readonly groupLast: number;
  readonly predecessor: Buffer | null;
  readonly header: Buffer;
  readonly sealed: Buffer;
  readonly signature: Buffer;
  /** Whether it is what was stored. What is not is given to nobody (LOG-1). */
  readonly isIntact: boolean;
}

/** A row as it is read. */
export interface StoredRow extends Omit<EntryRow, 'isIntact'>, ChecksummedRow {
  readonly predecessor: Buffer | null;
  readonly header: Buffer;
  readonly sealed: Buffer;
  readonly signature: Buffer;
  readonly checksum: number;
}

/** The columns of a `StoredRow`. */
export const entryColumns = `entries.seq, stream_id as streamId, origin_seq as originSeq, group_first as groupFirst,
  group_last as groupLast, entries.predecessor, header, sealed, signature,
  entries.checksum`;

/** The row itself, with what its checksum says: every entry that is read comes by here. */
export function toEntryRow(row: StoredRow): EntryRow {
  return Object.assign(row, { isIntact: isIntactRow(row) });
}
