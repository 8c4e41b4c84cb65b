import type { RecordId } from '@shoal/core';
import { lifeToBytes, type PositionedEntry, Predecessor, uuidToBytes } from '@shoal/proto';
import type Database from 'better-sqlite3';
import { entryChecksum } from './entry-checksum.ts';
import { type EntryRow, entryColumns, type StoredRow, toEntryRow } from './entry-row.ts';
import { freshRecords } from './fresh-records.ts';
import { insertEntries } from './insert-entries.ts';
import { type RecordRows, recordRows } from './record-rows.ts';
import { structuralDamage } from './structural-damage.ts';

export type { EntryRow } from './entry-row.ts';

export interface NewEntry {
  readonly seq: number;
  readonly streamId: number;
  readonly chain: Buffer;
  readonly entry: PositionedEntry;
  /** Nothing of its stream lies at its position or beyond, so that it need not be looked for. */
  readonly isBeyond: boolean;
}

/** Where an entry stands, without its bytes. */
export interface Place {
  readonly seq: number;
  readonly streamId: number;
  readonly originSeq: number;
}

export interface EntryRows extends Pick<RecordRows, 'headVersions' | 'ofRecord'> {
  /** Runs `work`, within a transaction, which adds entries of these records: what is new to the log costs less. */
  adding<T>(records: readonly RecordId[], work: () => T): T;
  /** Runs `work`, which does nothing with entries but `add` and `lastOriginSeq`: they are there when it returns. */
  together<T>(work: () => T): T;
  /** False if the position is taken already: what is stored is recognised by it (REP-2). */
  add(entry: NewEntry): boolean;
  has(streamId: number, originSeq: number): boolean;
  /** Throws structural damage for a place that is read and not found by its index: pulls would leave it out (LOG-1). */
  checkFound(place: Place): void;
  /** From `fromSeq` to `toSeq`, both included, in order. Iterate to the end or return before another statement. */
  between(fromSeq: number, toSeq: number): IterableIterator<EntryRow>;
  /** The entry at a place that was found. Throws structural damage where an index names what is not there (LOG-1). */
  at(place: Place): EntryRow;
  /**
   * Takes an entry away that is no copy of what came (LOG-1); answers where it stood. Throws structural damage where what
   * was read cannot be found.
   */
  remove(seq: number): Place;
  /** Places behind `afterSeq`, in order. */
  placesAfter(afterSeq: number, limit: number): Place[];
  /** Places of a stream's entries beyond a position, by position. */
  placesBeyond(streamId: number, originSeq: number, limit: number): Place[];
  /** The lowest seq of a stream's entries beyond a position; null: there is none. */
  lowestSeqBeyond(streamId: number, originSeq: number): number | null;
  /** The last position of a stream that is stored; 0: none is. */
  lastOriginSeq(streamId: number): number;
  /** The positions stored above one, ascending. */
  positionsBeyond(streamId: number, originSeq: number): IterableIterator<number>;
  /** The running hash at the entry; undefined if it is not there. */
  chainAt(seq: number): Buffer | undefined;
  count(): number;
}

export function entryRows(db: Database.Database): EntryRows {
  const fresh = freshRecords(db);
  const records = recordRows(db, fresh);
  const rows = insertEntries(db);
  const has = db
    .prepare<[number, number], number>('select seq from entries where stream_id = ? and origin_seq = ?')
    .pluck();
  const between = db.prepare<[number, number], StoredRow>(
    `select ${entryColumns} from entries where seq >= ? and seq <= ? order by seq`,
  );
  const at = db.prepare<[number], StoredRow>(`select ${entryColumns} from entries where seq = ?`);
  const remove = db.prepare<[number], Place & { model: string; recordId: Buffer }>(
    `delete from entries where seq = ?
     returning seq, stream_id as streamId, origin_seq as originSeq, model, record_id as recordId`,
  );
  const placesAfter = db.prepare<[number, number], Place>(
    `select seq, stream_id as streamId, origin_seq as originSeq from entries where seq > ? order by seq limit ?+0`,
  );
  const placesBeyond = db.prepare<[number, number, number], Place>(
    `select seq, stream_id as streamId, origin_seq as originSeq from entries
     where stream_id = ? and origin_seq > ? order by origin_seq limit ?+0`,
  );
  const lowestSeqBeyond = db
    .prepare<[number, number], number | null>(
      'select min(seq) from entries where stream_id = ? and origin_seq > ?',
    )
    .pluck();
  const lastOriginSeq = db
    .prepare<[number], number | null>('select max(origin_seq) from entries where stream_id = ?')
    .pluck();
  const positionsBeyond = db
    .prepare<[number, number], number>(
      'select origin_seq from entries where stream_id = ? and origin_seq > ? order by origin_seq',
    )
    .pluck();
  const chainAt = db.prepare<[number], Buffer>('select chain from entries where seq = ?').pluck();
  const count = db.prepare<[], number>('select count(*) from entries').pluck();

  return {
    headVersions: records.headVersions,
    ofRecord: records.ofRecord,
    adding: fresh.during,
    together: rows.during,
    add: ({ seq, streamId, chain, entry, isBeyond }) => {
      const { header, position } = entry;
      // What was added before may be of the same record or stream.
      if (!isBeyond || !fresh.isFresh(header.recordId)) rows.flush();
      if (!isBeyond && has.get(streamId, position.originSeq) !== undefined) return false;
      const isHead = records.demoteIncluded(header.model, header.recordId, header.version);
      const row = {
        streamId,
        originSeq: position.originSeq,
        groupFirst: position.groupFirst,
        groupLast: position.groupLast,
        predecessor: predecessorBytes(entry),
        header: entry.headerBytes,
        sealed: entry.sealed,
        signature: entry.signature,
      };
      rows.add([
        seq,
        streamId,
        row.originSeq,
        row.groupFirst,
        row.groupLast,
        row.predecessor,
        header.model,
        uuidToBytes(header.recordId),
        header.domain === 'index' ? 0 : 1,
        isHead ? 1 : 0,
        row.header,
        row.sealed,
        row.signature,
        chain,
        entryChecksum(row),
      ]);
      fresh.noteAdded(header.recordId);
      return true;
    },
    has: (streamId, originSeq) => has.get(streamId, originSeq) !== undefined,
    checkFound: ({ seq, streamId, originSeq }) => {
      if (has.get(streamId, originSeq) === seq) return;
      throw structuralDamage(db, `entry ${originSeq} of stream ${streamId} at ${seq} is not found`);
    },
    *between(fromSeq, toSeq) {
      for (const row of between.iterate(fromSeq, toSeq)) yield toEntryRow(row);
    },
    at: ({ seq, streamId, originSeq }) => {
      const row = at.get(seq);
      if (row?.streamId !== streamId || row.originSeq !== originSeq) {
        throw structuralDamage(db, `no entry ${originSeq} of stream ${streamId} at ${seq}`);
      }
      return toEntryRow(row);
    },
    remove: (seq) => {
      const row = remove.get(seq);
      if (row === undefined) throw structuralDamage(db, `no entry at ${seq}, which was read`);
      records.markHeads(row.model, row.recordId);
      return row;
    },
    placesAfter: (afterSeq, limit) => placesAfter.all(afterSeq, limit),
    placesBeyond: (streamId, originSeq, limit) => placesBeyond.all(streamId, originSeq, limit),
    lowestSeqBeyond: (streamId, originSeq) => lowestSeqBeyond.get(streamId, originSeq) ?? null,
    lastOriginSeq: (streamId) => lastOriginSeq.get(streamId) ?? 0,
    positionsBeyond: (streamId, originSeq) => positionsBeyond.iterate(streamId, originSeq),
    chainAt: (seq) => chainAt.get(seq),
    count: () => count.get()!,
  };
}

/** What an entry says of the stream before its own, as it is kept. */
export function predecessorBytes({ position }: PositionedEntry): Uint8Array | null {
  if (position.predecessor === null) return null;
  const { stream, lastOriginSeq } = position.predecessor;
  return Predecessor.encode({ stream: lifeToBytes(stream), lastOriginSeq }).finish();
}
