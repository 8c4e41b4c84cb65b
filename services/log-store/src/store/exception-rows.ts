import type { StreamId, StreamPosition } from '@shoal/core';
import type Database from 'better-sqlite3';

/** Seqs that ingest passed over without applying them (LOG-3). */
export interface ExceptionRows {
  /** Makes `seqs` the whole list from `fromSeq` on; false if it was that already. */
  replaceFrom(fromSeq: number, seqs: readonly number[]): boolean;
  has(seq: number): boolean;
  /** The lowest of them; null: there is none. */
  first(): number | null;
  /** Where such entries stand, at most `limit` of them. */
  positions(limit: number): StreamPosition[];
  clear(): void;
}

export function exceptionRows(db: Database.Database): ExceptionRows {
  const from = db.prepare<[number], number>('select seq from exceptions where seq >= ? order by seq').pluck();
  const removeFrom = db.prepare('delete from exceptions where seq >= ?');
  const insert = db.prepare('insert or ignore into exceptions (seq) values (?)');
  const has = db.prepare<[number], number>('select 1 from exceptions where seq = ?').pluck();
  const first = db.prepare<[], number | null>('select min(seq) from exceptions').pluck();
  const positions = db.prepare<[number], { stream: StreamId; originSeq: number }>(
    `select streams.stream, entries.origin_seq as originSeq from exceptions
     join entries on entries.seq = exceptions.seq join streams on streams.id = entries.stream_id
     order by exceptions.seq limit ?+0`,
  );
  return {
    has: (seq) => has.get(seq) !== undefined,
    first: () => first.get() ?? null,
    positions: (limit) => positions.all(limit),
    replaceFrom(fromSeq, seqs) {
      const known = from.all(fromSeq);
      if (known.length === seqs.length && known.every((seq, at) => seq === seqs[at])) return false;
      removeFrom.run(fromSeq);
      for (const seq of seqs) insert.run(seq);
      return true;
    },
    clear: () => void removeFrom.run(0),
  };
}
