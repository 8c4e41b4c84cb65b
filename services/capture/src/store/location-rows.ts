import type { DeviceId, RecordId } from '@shoal/core';
import type { Library } from '@shoal/library';

/** A location of this device. */
export interface LocationRow {
  readonly key: number;
  readonly id: RecordId;
  readonly path: string;
  readonly name: string;
  readonly defaultIgnores: 0 | 1;
  /** A line each. */
  readonly ignorePatterns: string;
}

/** What the entries of a location add up to. */
export interface LocationTotals {
  readonly entries: number;
  readonly files: number;
  readonly bytes: number;
}

/** Reads the locations of a device from library.db. */
export interface LocationRows {
  own(device: DeviceId): LocationRow[];
  totals(key: number): LocationTotals;
  setScanState(key: number, state: string, error: string | null): void;
}

/** Prepares the statements. */
export function locationRows({ store: { db } }: Library): LocationRows {
  const own = db.prepare<[string], LocationRow>(
    `select l.id as key, l.uuid as id, l.path as path, l.name as name,
       l.default_ignores as defaultIgnores, l.ignore_patterns as ignorePatterns
     from locations l join devices d on d.id = l.device_id where d.uuid = ? order by l.id`,
  );
  const totals = db.prepare<[number], LocationTotals>(
    `select count(*) as entries, coalesce(sum(kind = 'file'), 0) as files,
       coalesce(sum(case when kind = 'file' then size else 0 end), 0) as bytes
     from entries where location_id = ? and uuid is not null`,
  );
  const setState = db.prepare('update locations set scan_state = ?, error_message = ? where id = ?');
  return {
    own: (device) => own.all(device),
    totals: (key) => totals.get(key)!,
    setScanState: (key, state, error) => void setState.run(state, error, key),
  };
}
