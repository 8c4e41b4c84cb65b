import { type LogId, limits } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';

/** A place in a log. */
export interface LogPlace {
  readonly logId: LogId;
  readonly seq: number;
}

/** From where on a log holds entries for which the quarantine had no room (ING-3). */
export interface LeftOut {
  isAny(): boolean;
  /** One more was left out. Of another log nothing counts any more: this one is followed from its beginning. */
  note(place: LogPlace): void;
  /** Where to read again, now that half of the room is free; it is taken as read. Undefined: nowhere. */
  take(logId: LogId): LogPlace | undefined;
}

/** Prepares the statements on `db`; `totals` says how full the quarantine is. */
export function leftOutStore(
  db: Sqlite,
  totals: () => { readonly entries: number; readonly bytes: number },
): LeftOut {
  const key = 'quarantine-left-out';
  const select = db.prepare<[string], string>('select value from shoal_meta where key = ?').pluck();
  const upsert = db.prepare('insert or replace into shoal_meta (key, value) values (?, ?)');
  const remove = db.prepare('delete from shoal_meta where key = ?');
  const read = (): LogPlace | undefined => {
    const value = select.get(key) as string | undefined;
    if (value === undefined) return undefined;
    const [seq, logId] = value.split(' ') as [string, LogId];
    return { logId, seq: Number(seq) };
  };
  return {
    isAny: () => select.get(key) !== undefined,
    note({ logId, seq }) {
      const known = read();
      if (known?.logId === logId && known.seq <= seq) return;
      upsert.run(key, `${seq} ${logId}`);
    },
    take(logId) {
      const place = read();
      if (place === undefined) return undefined;
      const { entries, bytes } = totals();
      const hasRoom = entries <= limits.quarantineEntriesMax / 2 && bytes <= limits.quarantineBytesMax / 2;
      if (place.logId === logId && !hasRoom) return undefined;
      remove.run(key);
      return place.logId === logId ? place : undefined;
    },
  };
}
