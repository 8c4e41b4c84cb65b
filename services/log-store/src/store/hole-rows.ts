import type { Hole, KnownAs, StreamId } from '@shoal/core';
import type Database from 'better-sqlite3';

/** Where a hole is, by the local id of its stream. */
export interface HolePlace {
  readonly streamId: number;
  readonly originSeq: number;
}

/** What the log lost to damage and has not back yet (LOG-1). */
export interface HoleRows {
  all(streamById: ReadonlyMap<number, StreamId>): Hole[];
  /** `known`: why the device's library has what the entry said, and can append it again (REP-6). */
  add(place: HolePlace, known: KnownAs | null): void;
  remove(place: HolePlace): void;
}

export function holeRows(db: Database.Database): HoleRows {
  const all = db.prepare<[], HolePlace & { known: KnownAs | null }>(
    'select stream_id as streamId, origin_seq as originSeq, known from holes',
  );
  const add = db.prepare(
    'insert or replace into holes (stream_id, origin_seq, known) values (@streamId, @originSeq, @known)',
  );
  const remove = db.prepare('delete from holes where stream_id = @streamId and origin_seq = @originSeq');
  return {
    all: (streamById) =>
      all.all().map(({ streamId, originSeq, known }) => ({
        stream: streamById.get(streamId)!,
        originSeq,
        known,
      })),
    add: (place, known) => void add.run({ ...place, known }),
    remove: (place) => void remove.run(place),
  };
}
