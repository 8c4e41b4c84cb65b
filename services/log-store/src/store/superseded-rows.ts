import type { SupersedeCandidate } from '@shoal/core';
import { decodeHeader } from '@shoal/proto';
import type Database from 'better-sqlite3';

/** An entry whose record has more than one, of which some are included in others. */
export interface Suspect {
  readonly seq: number;
  readonly model: string;
  readonly recordId: Buffer;
}

/** What compaction looks at and takes away (LOG-3). */
export interface SupersededRows {
  /** The last seq of a window of at most `rowsMax` rows; null: there is none behind `afterSeq`. */
  windowEnd(afterSeq: number, toSeq: number, rowsMax: number): number | null;
  /** In order of seq; entries that stay as history are not among them. */
  suspects(afterSeq: number, toSeq: number): Suspect[];
  /** A record's entries, the newest first; those up to `appliedSeq` are admitted, but for the exceptions. */
  candidates(record: Suspect, appliedSeq: number, limit: number): SupersedeCandidate[];
  remove(seqs: readonly number[]): void;
}

export function supersededRows(db: Database.Database): SupersededRows {
  const windowEnd = db
    .prepare<[number, number, number], number | null>(
      'select max(seq) from (select seq from entries where seq > ? and seq <= ? order by seq limit ?)',
    )
    .pluck();
  const suspects = db.prepare<[number, number], Suspect>(
    `select seq, model, record_id as recordId from entries as entry
     where seq > ? and seq <= ? and is_history = 0 and exists (
       select 1 from entries as other
       where other.record_id = entry.record_id and other.is_head = 0 and other.model = entry.model)
     order by seq`,
  );
  const candidates = db.prepare<
    [number, Buffer, string, number],
    { seq: number; header: Buffer; isAdmitted: 0 | 1 }
  >(
    `select seq, header, seq <= ? and not exists (select 1 from exceptions where exceptions.seq = entries.seq)
       as isAdmitted
     from entries where record_id = ? and model = ? and is_history = 0 order by seq desc limit ?`,
  );
  const remove = db.prepare('delete from entries where seq = ?');
  return {
    windowEnd: (afterSeq, toSeq, rowsMax) => windowEnd.get(afterSeq, toSeq, rowsMax) ?? null,
    suspects: (afterSeq, toSeq) => suspects.all(afterSeq, toSeq),
    candidates: ({ recordId, model }, appliedSeq, limit) =>
      candidates.all(appliedSeq, recordId, model, limit).map(({ seq, header, isAdmitted }) => ({
        seq,
        version: decodeHeader(header).version,
        isAdmitted: isAdmitted === 1,
      })),
    remove: (seqs) => {
      for (const seq of seqs) remove.run(seq);
    },
  };
}
