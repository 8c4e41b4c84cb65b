import type { OpenGroup, StreamId } from '@shoal/core';
import type Database from 'better-sqlite3';

/** An open group as it lies in sync.db, by the local id of its stream. */
export interface OpenGroupRow extends Omit<OpenGroup, 'stream'> {
  readonly streamId: number;
}

/** Groups of which the log does not have the end yet; and where the last of a group lies (REP-8). */
export interface GroupRows {
  all(streamById: ReadonlyMap<number, StreamId>): OpenGroup[];
  add(group: OpenGroupRow): void;
  remove(group: Pick<OpenGroupRow, 'streamId' | 'groupLast'>): void;
  /** The seq of the last entry that lies in the log of the positions from `first` to `last`; at least one does. */
  lastSeqOf(positions: { readonly streamId: number; readonly first: number; readonly last: number }): number;
}

export function groupRows(db: Database.Database): GroupRows {
  const all = db.prepare<[], OpenGroupRow>(
    'select stream_id as streamId, group_last as groupLast, first_seq as firstSeq from open_groups',
  );
  const add = db.prepare(
    'insert into open_groups (stream_id, group_last, first_seq) values (@streamId, @groupLast, @firstSeq)',
  );
  const remove = db.prepare(
    'delete from open_groups where stream_id = @streamId and group_last = @groupLast',
  );
  const lastSeqOf = db
    .prepare<[{ streamId: number; first: number; last: number }], number>(
      'select max(seq) from entries where stream_id = @streamId and origin_seq between @first and @last',
    )
    .pluck();
  return {
    all: (streamById) =>
      all.all().map(({ streamId, ...group }) => ({ ...group, stream: streamById.get(streamId)! })),
    add: (group) => void add.run(group),
    remove: (group) => void remove.run(group),
    lastSeqOf: (positions) => lastSeqOf.get(positions)!,
  };
}
