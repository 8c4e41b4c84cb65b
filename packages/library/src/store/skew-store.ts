import { limits } from '@shoal/core';
import type { Drift } from './clock-store.ts';
import type { Sqlite } from './open-database.ts';

/** Whose clocks run ahead of ours, for people (CLK-4). */
export interface SkewStore {
  /** Notes what came; within the transaction that applies it. */
  note(drifts: readonly Drift[]): void;
  /**
   * The devices whose clocks are ahead still, the furthest first. A clock never runs backwards (CLK-2), so one is ahead
   * until our time of day comes near to what it showed.
   */
  ahead(wallMs: number): Drift[];
}

/** Prepares the statements on `db`. */
export function skewStore(db: Sqlite): SkewStore {
  const upsert = db.prepare(
    `insert into shoal_skews (device, their_ms, our_ms) values (?, ?, ?)
     on conflict do update set their_ms = excluded.their_ms, our_ms = excluded.our_ms
     where excluded.their_ms >= their_ms`,
  );
  const trim = db.prepare(
    `delete from shoal_skews where device in (
       select device from shoal_skews order by our_ms desc, device limit -1 offset ?+0)`,
  );
  const ahead = db.prepare<[number], Drift>(
    `select device, their_ms as theirMs, our_ms as ourMs from shoal_skews where their_ms > ?
     order by their_ms desc, device`,
  );
  return {
    note(drifts) {
      if (drifts.length === 0) return;
      for (const { device, theirMs, ourMs } of drifts) upsert.run(device, theirMs, ourMs);
      trim.run(limits.skewsMax);
    },
    ahead: (wallMs) => ahead.all(wallMs + limits.maxDriftMs),
  };
}
