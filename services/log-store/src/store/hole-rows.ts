import type Database from 'better-sqlite3';

/** A position that the log claimed, and whose entry was found damaged (LOG-1). */
export interface Hole {
  readonly streamId: number;
  readonly originSeq: number;
}

/** What the log lost to damage and has not back yet. */
export interface HoleRows {
  all(): Hole[];
  /** `isKnown`: the device's library has what the entry said, and can append it again (REP-6). */
  add(hole: Hole, isKnown: boolean): void;
  /** The entry is there again. */
  fill(hole: Hole): void;
  /** Somebody gave all that is left of the stream up to there. */
  fillUpTo(hole: Hole): void;
  /** The library has appended again all that it knows. */
  fillKnown(): void;
}

export function holeRows(db: Database.Database): HoleRows {
  const all = db.prepare<[], Hole>('select stream_id as streamId, origin_seq as originSeq from holes');
  const add = db.prepare(
    'insert or ignore into holes (stream_id, origin_seq, is_known) values (@streamId, @originSeq, @isKnown)',
  );
  const fill = db.prepare('delete from holes where stream_id = @streamId and origin_seq = @originSeq');
  const fillUpTo = db.prepare('delete from holes where stream_id = @streamId and origin_seq <= @originSeq');
  const fillKnown = db.prepare('delete from holes where is_known = 1');
  return {
    all: () => all.all(),
    add: (hole, isKnown) => void add.run({ ...hole, isKnown: isKnown ? 1 : 0 }),
    fill: (hole) => void fill.run(hole),
    fillUpTo: (hole) => void fillUpTo.run(hole),
    fillKnown: () => void fillKnown.run(),
  };
}
