import type Database from 'better-sqlite3';

/** Groups that arrived in part: what lies at or behind their first entry is not read yet (REP-8). */
export interface GroupRows {
  /** The lowest first seq of them; null: none is open. */
  lowest(): number | null;
  open(group: { readonly streamId: number; readonly groupLast: number; readonly firstSeq: number }): void;
  /** Nothing of the stream up to `originSeq` is still to come. */
  complete(streamId: number, originSeq: number): void;
  /** Those that begin at or below `seq` are read as they are. */
  release(seq: number): void;
}

export function groupRows(db: Database.Database): GroupRows {
  const lowest = db.prepare<[], { seq: number | null }>('select min(first_seq) as seq from open_groups');
  const open = db.prepare(
    'insert or ignore into open_groups (stream_id, group_last, first_seq) values (?, ?, ?)',
  );
  const complete = db.prepare('delete from open_groups where stream_id = ? and group_last <= ?');
  const release = db.prepare('delete from open_groups where first_seq <= ?');
  return {
    lowest: () => lowest.get()!.seq,
    open: ({ streamId, groupLast, firstSeq }) => void open.run(streamId, groupLast, firstSeq),
    complete: (streamId, originSeq) => void complete.run(streamId, originSeq),
    release: (seq) => void release.run(seq),
  };
}
