import type { StreamId, Vector } from '@shoal/core';
import type Database from 'better-sqlite3';

/** Up to where all of each stream was given anew since a loss that the library may not know (LOG-1). */
export interface AssuredRows {
  all(streamById: ReadonlyMap<number, StreamId>): Vector;
  set(streamId: number, originSeq: number): void;
  clear(): void;
}

export function assuredRows(db: Database.Database): AssuredRows {
  const all = db.prepare<[], { streamId: number; originSeq: number }>(
    'select stream_id as streamId, origin_seq as originSeq from assured',
  );
  const set = db.prepare('insert or replace into assured (stream_id, origin_seq) values (?, ?)');
  const clear = db.prepare('delete from assured');
  return {
    all: (streamById) =>
      new Map(all.all().map(({ streamId, originSeq }) => [streamById.get(streamId)!, originSeq])),
    set: (streamId, originSeq) => void set.run(streamId, originSeq),
    clear: () => void clear.run(),
  };
}
