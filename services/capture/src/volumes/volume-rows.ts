import type { RecordId } from '@shoal/core';
import type { Library } from '@shoal/library';

/** A volume of the library, as its row shows it. */
export interface VolumeRow {
  readonly id: RecordId;
  readonly name: string;
  readonly totalCapacity: number;
  /** The record of its claims. */
  readonly holder: RecordId;
}

/** A location that lies on a volume and changes hands with it. */
export interface LocationOnVolume {
  readonly id: RecordId;
  readonly path: string;
}

/** Reads volumes from library.db. */
export interface VolumeRows {
  all(): VolumeRow[];
  locationsOn(holder: RecordId): LocationOnVolume[];
}

/** Prepares the statements. */
export function volumeRows({ store: { db } }: Library): VolumeRows {
  const all = db.prepare<[], VolumeRow>(
    `select v.uuid as id, coalesce(v.display_name, v.name) as name, v.total_capacity as totalCapacity, h.uuid as holder
     from volumes v join volume_holders h on h.id = v.holder_id where v.uuid is not null order by v.id`,
  );
  const locations = db.prepare<[string], LocationOnVolume>(
    `select l.uuid as id, l.path as path from locations l
     join volume_holders h on h.id = l.volume_holder_id where h.uuid = ? order by l.id`,
  );
  return { all: () => all.all(), locationsOn: (holder) => locations.all(holder) };
}
