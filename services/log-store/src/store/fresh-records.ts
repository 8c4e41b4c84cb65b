import type { RecordId } from '@shoal/core';
import { uuidToBytes } from '@shoal/proto';
import type Database from 'better-sqlite3';

/**
 * Of which records of a batch the log holds nothing, so that nothing needs to be looked up of them. Asked in one statement:
 * mostly a batch is of new records, whose ids lie together behind all others (UUIDv7).
 */
export interface FreshRecords {
  /** Runs `work`, which adds entries of these records and of others; within a transaction. */
  during<T>(records: readonly RecordId[], work: () => T): T;
  /** Whether nothing of the record lies in the log; false also where that is not known. */
  isFresh(record: RecordId): boolean;
  /** An entry of the record was added. */
  noteAdded(record: RecordId): void;
}

/** Prepares the statement on `db`. */
export function freshRecords(db: Database.Database): FreshRecords {
  const isAnyBetween = db
    .prepare<[Buffer, Buffer], number>('select 1 from entries where record_id between ? and ? limit 1')
    .pluck();
  let fresh: Set<RecordId> | undefined;
  return {
    during(records, work) {
      fresh = isAny(records) ? undefined : new Set(records);
      try {
        return work();
      } finally {
        fresh = undefined;
      }
    },
    isFresh: (record) => fresh?.has(record) ?? false,
    noteAdded: (record) => void fresh?.delete(record),
  };

  /** The order of canonical texts is that of the bytes. */
  function isAny(records: readonly RecordId[]): boolean {
    let [first, last] = [records[0], records[0]];
    if (first === undefined || last === undefined) return true;
    for (const record of records) {
      if (record < first) first = record;
      else if (record > last) last = record;
    }
    return isAnyBetween.get(uuidToBytes(first), uuidToBytes(last)) !== undefined;
  }
}
