import { compareVersions, type ModelName, type RecordId, type Version } from '@shoal/core';
import { decodeHeader, uuidToBytes } from '@shoal/proto';
import type Database from 'better-sqlite3';
import { isIntactRow } from './entry-checksum.ts';
import { type EntryRow, entryColumns, type StoredRow, toEntryRow } from './entry-row.ts';
import type { FreshRecords } from './fresh-records.ts';

/** What the log holds of one record. A damaged copy of an entry stands for nothing here (LOG-1). */
export interface RecordRows {
  /**
   * The versions of a record that the log holds: those that no other includes; where ingest passed over one of these,
   * which may not open and so stands for nothing, those of all the others (CHG-8).
   */
  headVersions(model: ModelName, record: RecordId): Version[];
  /**
   * What another device needs of a record, the newest first: the entries that no other includes, if the device's ingest
   * has applied them; else all, as nobody here knows that those open (DEP-4, LOG-3). `appliedSeq` is 0 on a hub.
   */
  ofRecord(
    record: { readonly model: ModelName; readonly id: RecordId },
    bounds: { readonly appliedSeq: number; readonly limit: number },
  ): EntryRow[];
  /** Takes the mark off the heads that a new entry includes; answers whether it is a head itself. */
  demoteIncluded(model: ModelName, record: RecordId, version: Version): boolean;
  /** Finds the heads of a record anew, as one of its entries is gone (LOG-1). */
  markHeads(model: string, recordId: Buffer): void;
}

interface RecordRow extends StoredRow {
  readonly isException: 0 | 1;
}

const ofRecordColumns = `${entryColumns},
  exists (select 1 from exceptions where exceptions.seq = entries.seq) as isException`;

export function recordRows(db: Database.Database, fresh: Pick<FreshRecords, 'isFresh'>): RecordRows {
  const heads = db.prepare<[Buffer, string], RecordRow>(
    `select ${ofRecordColumns} from entries where record_id = ? and is_head = 1 and model = ?`,
  );
  const all = db.prepare<[Buffer, string], RecordRow>(
    `select ${ofRecordColumns} from entries where record_id = ? and model = ?`,
  );
  const setHead = db.prepare('update entries set is_head = ? where seq = ?');
  const setCopied = db.prepare('update entries set is_head = 0, is_history = 0 where seq = ?');
  const ofRecord = db.prepare<
    [{ uuid: Buffer; model: string; appliedSeq: number; limit: number }],
    StoredRow
  >(
    `select ${entryColumns} from entries where record_id = @uuid and model = @model and (is_head = 1 or exists (
       select 1 from entries as head left join exceptions on exceptions.seq = head.seq
       where head.record_id = @uuid and head.is_head = 1 and head.model = @model
         and (head.seq > @appliedSeq or exceptions.seq is not null)))
     order by is_head desc, seq desc limit @limit+0`,
  );

  return {
    headVersions: (model, record) => {
      if (fresh.isFresh(record)) return [];
      const uuid = uuidToBytes(record);
      const known = versionsOf(heads.all(uuid, model));
      if (!known.some(({ isException }) => isException)) return known.map(({ version }) => version);
      const stands = versionsOf(all.all(uuid, model)).filter(({ isException }) => !isException);
      return stands.map(({ version }) => version);
    },
    ofRecord: ({ model, id }, { appliedSeq, limit }) =>
      ofRecord.all({ uuid: uuidToBytes(id), model, appliedSeq, limit }).map(toEntryRow),
    demoteIncluded: (model, record, version) => {
      if (fresh.isFresh(record)) return true;
      let isHead = true;
      for (const head of versionsOf(heads.all(uuidToBytes(record), model))) {
        const order = compareVersions(version, head.version);
        if (order === 'includes') setHead.run(0, head.seq);
        // Of two with equal versions the lower seq goes, and is no history (LOG-3).
        if (order === 'equal') setCopied.run(head.seq);
        if (order === 'included') isHead = false;
      }
      return isHead;
    },
    markHeads: (model, recordId) => {
      const rows = versionsOf(all.all(recordId, model));
      const isIncluded = (row: (typeof rows)[number]) =>
        rows.some((other) => {
          const order = compareVersions(other.version, row.version);
          return order === 'includes' || (order === 'equal' && other.seq > row.seq);
        });
      for (const row of rows) setHead.run(isIncluded(row) ? 0 : 1, row.seq);
    },
  };
}

function versionsOf(rows: readonly RecordRow[]) {
  return rows.filter(isIntactRow).map(({ seq, header, isException }) => ({
    seq,
    isException: isException === 1,
    version: decodeHeader(header).version,
  }));
}
