import { isLifeId, type LogLife, limits, type StreamId } from '@shoal/core';
import type Database from 'better-sqlite3';
import { structuralDamage } from './structural-damage.ts';

/** The starts of the log-store on this file (REP-6). */
export interface LifeRows {
  /** In order, the latest last. Throws for one that cannot have been written. */
  all(): LogLife[];
  /** A life begins; the oldest are forgotten. */
  begin(life: StreamId, startSeq: number): void;
}

export function lifeRows(db: Database.Database): LifeRows {
  const all = db.prepare<[], LogLife>('select life, start_seq as startSeq from lives order by id');
  const insert = db.prepare('insert into lives (life, start_seq) values (?, ?)');
  const forget = db.prepare('delete from lives where id <= (select max(id) from lives) - ?');
  return {
    all: () => {
      const lives = all.all();
      const damaged = lives.findIndex(({ life }) => !isLifeId(`${life}`));
      if (damaged >= 0) throw structuralDamage(db, `start ${damaged} of the log-store names no life`);
      return lives;
    },
    begin(life, startSeq) {
      insert.run(life, startSeq);
      forget.run(limits.livesMax);
    },
  };
}
