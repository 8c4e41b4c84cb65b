import type { GroupSpan, StreamId } from '@shoal/core';
import type Database from 'better-sqlite3';

/** A span as it lies in sync.db, by the local id of its stream. */
export interface GroupSpanRow extends Omit<GroupSpan, 'stream'> {
  readonly streamId: number;
}

/** Groups that reading might cut: those that arrived in part, and those that lie among each other (REP-8). */
export interface GroupRows {
  all(streamById: ReadonlyMap<number, StreamId>): GroupSpan[];
  /** Adds a span, or puts it in place of the one of the same group. */
  put(span: GroupSpanRow): void;
  remove(group: Pick<GroupSpanRow, 'streamId' | 'groupLast'>): void;
  /** The seq of the last entry that lies in the log of the positions from `first` to `last`; at least one does. */
  lastSeqOf(positions: { readonly streamId: number; readonly first: number; readonly last: number }): number;
}

export function groupRows(db: Database.Database): GroupRows {
  const all = db.prepare<[], Omit<GroupSpanRow, 'isOpen'> & { isOpen: 0 | 1 }>(
    `select stream_id as streamId, group_last as groupLast, first_seq as firstSeq, last_seq as lastSeq,
       is_open as isOpen from group_spans`,
  );
  const put = db.prepare(
    `insert or replace into group_spans (stream_id, group_last, first_seq, last_seq, is_open)
     values (@streamId, @groupLast, @firstSeq, @lastSeq, @isOpen)`,
  );
  const remove = db.prepare(
    'delete from group_spans where stream_id = @streamId and group_last = @groupLast',
  );
  const lastSeqOf = db
    .prepare<[{ streamId: number; first: number; last: number }], number>(
      'select max(seq) from entries where stream_id = @streamId and origin_seq between @first and @last',
    )
    .pluck();
  return {
    all: (streamById) =>
      all.all().map(({ streamId, isOpen, ...span }) => ({
        ...span,
        stream: streamById.get(streamId)!,
        isOpen: isOpen === 1,
      })),
    put: (span) => void put.run({ ...span, isOpen: span.isOpen ? 1 : 0 }),
    remove: (group) => void remove.run(group),
    lastSeqOf: (positions) => lastSeqOf.get(positions)!,
  };
}
