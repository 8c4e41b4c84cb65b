import type { ModelName, RecordId, Version } from '@shoal/core';
import { compareVersions } from '@shoal/core';
import { decodeHeader, lifeToBytes, type PositionedEntry, Predecessor, uuidToBytes } from '@shoal/proto';
import type Database from 'better-sqlite3';

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
}

export interface NewEntry {
  readonly seq: number;
  readonly streamId: number;
  readonly chain: Buffer;
  readonly entry: PositionedEntry;
}

/** Where an entry stands, without its bytes. */
export interface Place {
  readonly seq: number;
  readonly streamId: number;
  readonly originSeq: number;
}

export interface EntryRows {
  /** False if the position is taken already: what is stored is recognised by it (REP-2). */
  add(entry: NewEntry): boolean;
  has(streamId: number, originSeq: number): boolean;
  /**
   * The versions of a record that the log holds: those that no other includes; where ingest passed over one of these,
   * which may not open and so stands for nothing, those of all the others (CHG-8).
   */
  headVersions(model: ModelName, record: RecordId): Version[];
  /** From `fromSeq` to `toSeq`, both included, in order. Iterate to the end or return before another statement. */
  between(fromSeq: number, toSeq: number): IterableIterator<EntryRow>;
  at(seq: number): EntryRow | undefined;
  /**
   * What another device needs of a record, the newest first: the entries that no other includes; where ingest passed
   * over one of these, all of them (DEP-4).
   */
  ofRecord(model: ModelName, record: RecordId, limit: number): EntryRow[];
  /** Places behind `afterSeq`, in order. */
  placesAfter(afterSeq: number, limit: number): Place[];
  /** Seqs of a stream's entries beyond a position, by position. */
  seqsBeyond(streamId: number, originSeq: number, limit: number): number[];
  /** The positions stored above one, ascending. */
  positionsBeyond(streamId: number, originSeq: number): IterableIterator<number>;
  /** The running hash at the entry; undefined if it is not there. */
  chainAt(seq: number): Buffer | undefined;
  count(): number;
}

const columns = `seq, stream_id as streamId, origin_seq as originSeq, group_first as groupFirst,
  group_last as groupLast, predecessor, header, sealed, signature`;

export function entryRows(db: Database.Database): EntryRows {
  const insert = db.prepare(
    `insert into entries (seq, stream_id, origin_seq, group_first, group_last, predecessor, model, record_id,
       is_history, is_head, header, sealed, signature, chain) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const heads = db.prepare<[Buffer, string], { seq: number; header: Buffer; isException: 0 | 1 }>(
    `select seq, header, exists (select 1 from exceptions where exceptions.seq = entries.seq) as isException
     from entries where record_id = ? and is_head = 1 and model = ?`,
  );
  const notPassedOver = db
    .prepare<[Buffer, string], Buffer>(
      `select header from entries where record_id = ? and model = ?
         and not exists (select 1 from exceptions where exceptions.seq = entries.seq)`,
    )
    .pluck();
  const unsetHead = db.prepare('update entries set is_head = 0 where seq = ?');
  const has = db
    .prepare<[number, number], number>('select 1 from entries where stream_id = ? and origin_seq = ?')
    .pluck();
  const between = db.prepare<[number, number], EntryRow>(
    `select ${columns} from entries where seq >= ? and seq <= ? order by seq`,
  );
  const at = db.prepare<[number], EntryRow>(`select ${columns} from entries where seq = ?`);
  const ofRecord = db.prepare<[{ uuid: Buffer; model: string; limit: number }], EntryRow>(
    `select ${columns} from entries where record_id = @uuid and model = @model and (is_head = 1 or exists (
       select 1 from entries as head join exceptions on exceptions.seq = head.seq
       where head.record_id = @uuid and head.is_head = 1 and head.model = @model))
     order by is_head desc, seq desc limit @limit`,
  );
  const placesAfter = db.prepare<[number, number], Place>(
    `select seq, stream_id as streamId, origin_seq as originSeq from entries where seq > ? order by seq limit ?`,
  );
  const seqsBeyond = db
    .prepare<[number, number, number], number>(
      'select seq from entries where stream_id = ? and origin_seq > ? order by origin_seq limit ?',
    )
    .pluck();
  const positionsBeyond = db
    .prepare<[number, number], number>(
      'select origin_seq from entries where stream_id = ? and origin_seq > ? order by origin_seq',
    )
    .pluck();
  const chainAt = db.prepare<[number], Buffer>('select chain from entries where seq = ?').pluck();
  const count = db.prepare<[], number>('select count(*) from entries').pluck();

  const headsOf = (model: ModelName, record: RecordId) =>
    heads.all(uuidToBytes(record), model).map(({ seq, header, isException }) => ({
      seq,
      isException: isException === 1,
      version: decodeHeader(header).version,
    }));

  return {
    add: ({ seq, streamId, chain, entry }) => {
      const { header, position } = entry;
      if (has.get(streamId, position.originSeq) !== undefined) return false;
      const known = headsOf(header.model, header.recordId);
      let isHead = true;
      for (const head of known) {
        const order = compareVersions(header.version, head.version);
        // Of two with equal versions the lower seq goes (LOG-3).
        if (order === 'includes' || order === 'equal') unsetHead.run(head.seq);
        if (order === 'included') isHead = false;
      }
      insert.run(
        seq,
        streamId,
        position.originSeq,
        position.groupFirst,
        position.groupLast,
        predecessorBytes(entry),
        header.model,
        uuidToBytes(header.recordId),
        header.domain === 'index' ? 0 : 1,
        isHead ? 1 : 0,
        entry.headerBytes,
        entry.sealed,
        entry.signature,
        chain,
      );
      return true;
    },
    has: (streamId, originSeq) => has.get(streamId, originSeq) !== undefined,
    headVersions: (model, record) => {
      const known = headsOf(model, record);
      if (!known.some(({ isException }) => isException)) return known.map(({ version }) => version);
      const headers = notPassedOver.all(uuidToBytes(record), model);
      return headers.map((header) => decodeHeader(header).version);
    },
    between: (fromSeq, toSeq) => between.iterate(fromSeq, toSeq),
    at: (seq) => at.get(seq),
    ofRecord: (model, record, limit) => ofRecord.all({ uuid: uuidToBytes(record), model, limit }),
    placesAfter: (afterSeq, limit) => placesAfter.all(afterSeq, limit),
    seqsBeyond: (streamId, originSeq, limit) => seqsBeyond.all(streamId, originSeq, limit),
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
