import { limits, type StreamId, type StreamPosition, type Version } from '@shoal/core';
import { decodeHeader } from '@shoal/proto';
import type Database from 'better-sqlite3';
import { isIntactRow } from './entry-checksum.ts';
import { entryColumns, type StoredRow } from './entry-row.ts';

/** An entry whose record has more than one, of which some may go. */
export interface Suspect {
  readonly seq: number;
  readonly model: string;
  readonly recordId: Buffer;
  /** Of a log-based model: what is superseded stays for a while. */
  readonly isHistory: 0 | 1;
}

/** An entry of a suspected record. */
export interface HeldEntry extends StreamPosition {
  readonly seq: number;
  readonly version: Version;
  /** Ingest passed it over. */
  readonly isPassedOver: boolean;
}

/** What compaction looks at and takes away (LOG-3). */
export interface SupersededRows {
  /** The last seq of a window of at most `rowsMax` rows; null: there is none behind `afterSeq`. */
  windowEnd(afterSeq: number, toSeq: number, rowsMax: number): number | null;
  /** In order of seq; of log-based models only those with more history than stays, or with a copy of an operation. */
  suspects(afterSeq: number, toSeq: number): Suspect[];
  /** A record's entries, the newest first; of damaged ones only where they are, as they stand for nothing (LOG-1). */
  held(
    record: Suspect,
    limit: number,
  ): { readonly entries: readonly HeldEntry[]; readonly damagedSeqs: readonly number[] };
  remove(seqs: readonly number[]): void;
}

export function supersededRows(db: Database.Database): SupersededRows {
  const windowEnd = db
    .prepare<[number, number, number], number | null>(
      'select max(seq) from (select seq from entries where seq > ? and seq <= ? order by seq limit ?+0)',
    )
    .pluck();
  const suspects = db.prepare<[number, number, number], Suspect>(
    `select seq, model, record_id as recordId, (
       select max(other.is_history) from entries as other
       where other.record_id = entry.record_id and other.model = entry.model) as isHistory
     from entries as entry
     where seq > ? and seq <= ? and case is_history
       when 0 then exists (
         select 1 from entries as other
         where other.record_id = entry.record_id and other.is_head = 0 and other.model = entry.model)
       else exists (
         select 1 from entries as other
         where other.record_id = entry.record_id and other.is_head = 0 and other.is_history = 0
           and other.model = entry.model)
       or (
         select count(*) from entries as other
         where other.record_id = entry.record_id and other.is_head = 0) > ? end
     order by seq`,
  );
  const held = db.prepare<
    [Buffer, string, number],
    StoredRow & { readonly stream: StreamId; readonly isPassedOver: 0 | 1 }
  >(
    `select ${entryColumns}, streams.stream,
       exists (select 1 from exceptions where exceptions.seq = entries.seq) as isPassedOver
     from entries join streams on streams.id = stream_id
     where record_id = ? and model = ? order by entries.seq desc limit ?+0`,
  );
  const remove = db.prepare('delete from entries where seq = ?');
  return {
    windowEnd: (afterSeq, toSeq, rowsMax) => windowEnd.get(afterSeq, toSeq, rowsMax) ?? null,
    suspects: (afterSeq, toSeq) => suspects.all(afterSeq, toSeq, limits.historyEntriesMax),
    held: ({ recordId, model }, limit) => {
      const rows = held.all(recordId, model, limit);
      const entries = rows.filter(isIntactRow).map(({ seq, stream, originSeq, header, isPassedOver }) => ({
        seq,
        stream,
        originSeq,
        version: decodeHeader(header).version,
        isPassedOver: isPassedOver === 1,
      }));
      const damagedSeqs = rows.filter((row) => !isIntactRow(row)).map(({ seq }) => seq);
      return { entries, damagedSeqs };
    },
    remove: (seqs) => {
      for (const seq of seqs) remove.run(seq);
    },
  };
}
