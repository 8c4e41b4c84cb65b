import { crc32 } from 'node:zlib';
import type { StreamId, Vector } from '@shoal/core';
import type Database from 'better-sqlite3';
import { structuralDamage } from './structural-damage.ts';

/** A stream as the log knows it; `id` is local to the file. */
export interface StreamRow {
  readonly id: number;
  readonly stream: StreamId;
  readonly have: number;
}

/** The version vector and how it came to be (LOG-2). */
export interface StreamRows {
  /** Throws for a row that is not what was written: it would claim what is not there. */
  all(): StreamRow[];
  /** Answers the local id. */
  add(stream: StreamId): number;
  /** Keeps what a stream's first entry says of the one before, as the entry itself may go (REP-6). */
  setPredecessor(id: number, predecessor: Uint8Array): void;
  /** What is claimed of the stream, holes or not. */
  setHave(row: StreamRow): void;
  /** `have` of the stream became `originSeq` when the log's head was `seq`. */
  advance(id: number, originSeq: number, seq: number): void;
  /** The vector as it was when the log's head was `seq`. */
  vectorAt(seq: number): Vector;
  /**
   * Ingest, which had applied everything up to `seq`, begins anew: no vector before it is told from here on, as what
   * replaced entries that were removed may lie anywhere up to there.
   */
  beginAnew(seq: number): void;
  /** What was said of `originSeq` and beyond behind `appliedSeq` is true no more (LOG-1). */
  takeBack(id: number, originSeq: number, appliedSeq: number): void;
  /** Forgets advances that no vector at or behind `seq` needs. */
  forgetBefore(seq: number): void;
}

export function streamRows(db: Database.Database): StreamRows {
  const all = db.prepare<[], StreamRow & { checksum: number }>(
    'select id, stream, have, checksum from streams',
  );
  const add = db.prepare('insert into streams (stream, have, checksum) values (?, 0, ?)');
  const setPredecessor = db.prepare('update streams set predecessor = ? where id = ?');
  const setHave = db.prepare('update streams set have = ?, checksum = ? where id = ?');
  const advance = db.prepare(
    `insert into advances (stream_id, seq, origin_seq) values (?, ?, ?)
     on conflict do update set origin_seq = excluded.origin_seq`,
  );
  const vectorAt = db.prepare<[number], { stream: StreamId; originSeq: number }>(
    `select s.stream, max(a.origin_seq) as originSeq from advances a join streams s on s.id = a.stream_id
     where a.seq <= ? group by a.stream_id`,
  );
  const forget = db.prepare(
    `delete from advances where seq < @seq and exists (
       select 1 from advances later
       where later.stream_id = advances.stream_id and later.seq > advances.seq and later.seq <= @seq)`,
  );
  const raise = db.prepare(
    `insert into advances (stream_id, seq, origin_seq)
     select stream_id, @seq, max(origin_seq) from advances where seq <= @seq group by stream_id
     on conflict do update set origin_seq = max(origin_seq, excluded.origin_seq)`,
  );
  const takeBack = db.prepare('delete from advances where stream_id = ? and origin_seq >= ? and seq > ?');
  const forgetBelow = db.prepare('delete from advances where seq < @seq');
  return {
    all: () => {
      const rows = all.all();
      const damaged = rows.find((row) => checksumOf(row) !== row.checksum);
      if (damaged !== undefined) throw structuralDamage(db, `stream ${damaged.id} is not what was written`);
      return rows;
    },
    add: (stream) => Number(add.run(stream, checksumOf({ stream, have: 0 })).lastInsertRowid),
    setPredecessor: (id, predecessor) => void setPredecessor.run(predecessor, id),
    setHave: (row) => void setHave.run(row.have, checksumOf(row), row.id),
    advance: (id, originSeq, seq) => void advance.run(id, seq, originSeq),
    takeBack: (id, originSeq, appliedSeq) => void takeBack.run(id, originSeq, appliedSeq),
    vectorAt: (seq) => new Map(vectorAt.all(seq).map(({ stream, originSeq }) => [stream, originSeq])),
    beginAnew: (seq) => {
      raise.run({ seq });
      forgetBelow.run({ seq });
    },
    forgetBefore: (seq) => void forget.run({ seq }),
  };
}

function checksumOf({ stream, have }: Omit<StreamRow, 'id'>): number {
  return crc32(`${stream} ${have}`);
}
