import {
  type ChangedRecord,
  formatVersion,
  type ModelName,
  parseVersion,
  type RecordRef,
  type RecordState,
  type StoredRecord,
  type Version,
} from '@shoal/core';
import { decodeRecordPayload, encodeRecordPayload, readRecordPayload } from '@shoal/proto';
import type { IdRange } from './id-range.ts';
import { type BoundRow, insertRows } from './insert-rows.ts';
import type { Sqlite } from './open-database.ts';

interface RecordRow {
  readonly version: string;
  readonly payload: Buffer;
  readonly schema_version: number;
}

/** The merged states in `shoal_records`. */
export interface RecordStore {
  get(ref: RecordRef): StoredRecord | undefined;
  /** The version alone, in its text form. */
  version(ref: RecordRef): string | undefined;
  /** Whether anything was ever heard of records between two ids, those among them. */
  isAnyBetween(model: ModelName, range: IdRange): boolean;
  /** Every record of a model that was ever heard of. */
  of(model: ModelName): RecordRef[];
  /** Stores a state; returns its canonical payload. */
  put(ref: RecordRef, stored: StoredRecord): Buffer;
  /** Stores many, each of another record, with what is stored of it so far; returns their payloads in the same order. */
  putAll(records: readonly (ChangedRecord & { readonly stored: StoredRecord })[]): Buffer[];
  /** Forgets a record, for a log that is read again (DEP-5). */
  forget(ref: RecordRef): void;
  /** The canonical payload as it is stored: what the relay seals (CHG-7). */
  payload(
    ref: RecordRef,
  ): { readonly version: Version; readonly payload: Buffer; readonly schemaVersion: number } | undefined;
}

/** Prepares the statements on `db`. */
export function recordStore(db: Sqlite): RecordStore {
  const select = db.prepare<[string, string], RecordRow>(
    'select version, payload, schema_version from shoal_records where model = ? and uuid = ?',
  );
  const selectVersion = db
    .prepare<[string, string], string>('select version from shoal_records where model = ? and uuid = ?')
    .pluck();
  const between = db
    .prepare<[string, string, string], number>(
      'select 1 from shoal_records where model = ? and uuid between ? and ? limit 1',
    )
    .pluck();
  const selectOf = db.prepare<[string], string>('select uuid from shoal_records where model = ?').pluck();
  const upsert = db.prepare(
    `insert into shoal_records (model, uuid, version, payload, schema_version) values (?, ?, ?, ?, ?)
     on conflict do update set version = excluded.version, payload = excluded.payload, schema_version = excluded.schema_version`,
  );
  const insert = insertRows(db, 'shoal_records', ['model', 'uuid', 'version', 'payload', 'schema_version']);
  const remove = db.prepare('delete from shoal_records where model = ? and uuid = ?');
  return {
    get(ref) {
      const row = select.get(ref.model, ref.id);
      return row === undefined ? undefined : { state: lazyState(row), schemaVersion: row.schema_version };
    },
    version: (ref) => selectVersion.get(ref.model, ref.id) as string | undefined,
    isAnyBetween: (model, { first, last }) => between.get(model, first, last) !== undefined,
    of: (model) => (selectOf.all(model) as string[]).map((id) => ({ model, id }) as RecordRef),
    put(ref, stored) {
      const payload = payloadOf(stored);
      upsert.run(rowOf(ref, stored, payload));
      return payload;
    },
    putAll(records) {
      const rows: BoundRow[] = [];
      const payloads = records.map(({ ref, stored, before }) => {
        const payload = payloadOf(stored);
        const row = rowOf(ref, stored, payload);
        if (before === undefined) rows.push(row);
        else upsert.run(row);
        return payload;
      });
      insert(rows);
      return payloads;
    },
    forget: (ref) => void remove.run(ref.model, ref.id),
    payload(ref) {
      const row = select.get(ref.model, ref.id);
      if (row === undefined) return undefined;
      return { version: parseVersion(row.version), payload: row.payload, schemaVersion: row.schema_version };
    },
  };
}

function payloadOf({ state }: StoredRecord): Buffer {
  return state instanceof LazyState ? state.payload : encodeRecordPayload(state);
}

function rowOf(ref: RecordRef, { state, schemaVersion }: StoredRecord, payload: Buffer): BoundRow {
  return [ref.model, ref.id, formatVersion(state.version), payload, schemaVersion];
}

/**
 * The state of an entry that was opened. Parsed now, so that a payload that does not parse belongs to whoever opened
 * it (ING-3); kept as bytes too, so that what is taken as it is is stored as it came. Throws `malformed-message`.
 */
export function openedState(version: Version, payload: Buffer): RecordState {
  return new LazyState(payload, () => version, decodeRecordPayload(payload, version));
}

/** A stored state: most entries are judged by their version alone, so the payload waits until somebody asks. */
function lazyState(row: RecordRow): RecordState {
  return new LazyState(row.payload, () => parseVersion(row.version));
}

/** Decodes on first use. */
class LazyState implements RecordState {
  readonly payload: Buffer;
  readonly #readVersion: () => Version;
  #version: Version | undefined;
  #decoded: RecordState | undefined;

  constructor(payload: Buffer, readVersion: () => Version, decoded?: RecordState) {
    this.payload = payload;
    this.#readVersion = readVersion;
    this.#decoded = decoded;
  }

  get version(): Version {
    this.#version ??= this.#readVersion();
    return this.#version;
  }

  get fields(): RecordState['fields'] {
    return this.#decode().fields;
  }

  get deletes(): RecordState['deletes'] {
    return this.#decode().deletes;
  }

  #decode(): RecordState {
    this.#decoded ??= readRecordPayload(this.payload, this.version);
    return this.#decoded;
  }
}
