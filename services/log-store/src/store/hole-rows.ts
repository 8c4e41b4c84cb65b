import type { Hole, StreamId } from '@shoal/core';
import type Database from 'better-sqlite3';

/** Where a hole is, by the local id of its stream. */
export interface HolePlace {
  readonly streamId: number;
  readonly originSeq: number;
}

/** What the log lost to damage and has not back yet (LOG-1). */
export interface HoleRows {
  all(streamById: ReadonlyMap<number, StreamId>): Hole[];
  /** `isKnown`: the device's library has what the entry said, and can append it again (REP-6). */
  add(place: HolePlace, isKnown: boolean): void;
  remove(place: HolePlace): void;
}

export function holeRows(db: Database.Database): HoleRows {
  const all = db.prepare<[], HolePlace & { isKnown: 0 | 1 }>(
    'select stream_id as streamId, origin_seq as originSeq, is_known as isKnown from holes',
  );
  const add = db.prepare(
    'insert or replace into holes (stream_id, origin_seq, is_known) values (@streamId, @originSeq, @isKnown)',
  );
  const remove = db.prepare('delete from holes where stream_id = @streamId and origin_seq = @originSeq');
  return {
    all: (streamById) =>
      all.all().map(({ streamId, originSeq, isKnown }) => ({
        stream: streamById.get(streamId)!,
        originSeq,
        isKnown: isKnown === 1,
      })),
    add: (place, isKnown) => void add.run({ ...place, isKnown: isKnown ? 1 : 0 }),
    remove: (place) => void remove.run(place),
  };
}
