/**
 * Branded identifiers: a bare string is no identifier, and one kind is never taken for another.
 * UUIDs are lower-case text with hyphens everywhere but on the wire, where they are 16 bytes.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type LibraryId = Branded<'LibraryId'>;
export type DeviceId = Branded<'DeviceId'>;
export type RecordId = Branded<'RecordId'>;

/** One opening of a library.db for writing: the device's UUID, a dot, 16 hex digits (CHG-1). */
export type ReplicaId = Branded<'ReplicaId'>;

/** One life of a sync.db's numbering, in the same form (CHG-1). */
export type StreamId = Branded<'StreamId'>;

/** Names a log; a log that was replaced or went back takes a new one (LOG-1). */
export type LogId = Branded<'LogId'>;

/** The constant name of a model in log and contracts (S0-09). */
export type ModelName = Branded<'ModelName'>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const lifePattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[0-9a-f]{16}$/;

/** Whether `text` is a UUID in canonical form: lower case, hyphens. Any version. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** Whether a record is named by what it says: by a UUID of version 8 (MRG-6). */
export function isDerivedId(id: RecordId): boolean {
  return id[14] === '8';
}

/** Whether `text` has the form of a replica or stream id. */
export function isLifeId(text: string): boolean {
  return lifePattern.test(text);
}

/** Joins a device and the 16 hex digits of one of its lives. */
export function lifeId<Id extends ReplicaId | StreamId>(device: DeviceId, random: string): Id {
  return `${device}.${random}` as Id;
}

/** The device that a replica or stream belongs to. */
export function deviceOf(id: ReplicaId | StreamId): DeviceId {
  return id.slice(0, 36) as DeviceId;
}

/** A record by its name on every device. */
export interface RecordRef {
  readonly model: ModelName;
  readonly id: RecordId;
}

let lastRef: RecordRef | undefined;
let lastKey = '';

/** A record reference as one string, for keys of maps. Of one reference it is mostly asked many times in a row. */
export function refKey(ref: RecordRef): string {
  if (ref !== lastRef) {
    lastKey = `${ref.model}/${ref.id}`;
    lastRef = ref;
  }
  return lastKey;
}
