import type { DeviceId } from '@shoal/core';
import type Database from 'better-sqlite3';

/** What members said to have applied, as it came: a hub lets go by it (LOG-3). */
export interface AckRows {
  all(): { readonly device: DeviceId; readonly bytes: Buffer }[];
  set(device: DeviceId, bytes: Uint8Array): void;
}

export function ackRows(db: Database.Database): AckRows {
  const all = db.prepare<[], { device: DeviceId; bytes: Buffer }>('select device, bytes from acks');
  const set = db.prepare(
    'insert into acks (device, bytes) values (?, ?) on conflict do update set bytes = excluded.bytes',
  );
  return { all: () => all.all(), set: (device, bytes) => void set.run(device, bytes) };
}
