import {
  type Conflict,
  type Dot,
  type ModelName,
  parseVersion,
  type RecordId,
  type RecordRef,
  type Version,
} from '@shoal/core';
import { type ConflictColumns, conflictOf } from '../store/journal-store.ts';
import type { Sqlite } from '../store/open-database.ts';

/** A row of the conflict journal, for people and for whoever decides otherwise later (MRG-8). */
export interface ConflictRecord {
  /** Greater for what was noticed later; never given twice. */
  readonly id: number;
  readonly ref: RecordRef;
  readonly conflict: Conflict;
  /** When this device noticed it, in Unix milliseconds. */
  readonly sinceMs: number;
  /** Null: open. `by` is the change that settled it, null where that was one of another record. */
  readonly settled: { readonly ms: number; readonly by: Dot | null } | null;
  /** The record's version now: what a decision has seen (MRG-1). */
  readonly version: Version;
}

/** Which rows: of one model, of one record; open ones alone, or all. */
export interface ConflictFilter {
  readonly model: string | null;
  readonly record: RecordId | null;
  readonly isOpen: boolean;
}

/** Reads the journal of this device. */
export interface ConflictReader {
  /** The latest first; behind the row `after`. */
  list(
    filter: ConflictFilter,
    page: { readonly after: number | null; readonly limit: number },
  ): ConflictRecord[];
  /** Open ones behind the row `after`, the oldest first. */
  openBehind(after: number, limit: number): ConflictRecord[];
  /** The latest row's; 0: there was none yet. */
  latestId(): number;
  get(id: number): ConflictRecord | undefined;
  counts(): { readonly open: number; readonly settled: number };
}

interface Row extends ConflictColumns {
  readonly id: number;
  readonly model: ModelName;
  readonly uuid: RecordId;
  readonly since_ms: number;
  readonly settled_ms: number | null;
  readonly settled_by: Dot | null;
  readonly version: string | null;
}

/** Prepares the statements on `db`. */
export function conflictReader(db: Sqlite): ConflictReader {
  const select = `select c.*, (select version from shoal_records r where r.model = c.model and r.uuid = c.uuid)
    as version from shoal_conflicts c`;
  const list = db.prepare<[object], Row>(
    `${select} where id < @after and (@model is null or model = @model)
       and (@record is null or uuid = @record) and (@isOpen = 0 or settled_ms is null)
     order by id desc limit @limit+0`,
  );
  const openBehind = db.prepare<[number, number], Row>(
    `${select} where id > ? and settled_ms is null order by id limit ?+0`,
  );
  const latestId = db.prepare<[], number | null>('select max(id) from shoal_conflicts').pluck();
  const get = db.prepare<[number], Row>(`${select} where id = ?`);
  const countOpen = db
    .prepare<[], number>('select count(*) from shoal_conflicts where settled_ms is null')
    .pluck();
  const countSettled = db
    .prepare<[], number>('select count(*) from shoal_conflicts where settled_ms is not null')
    .pluck();
  return {
    list({ model, record, isOpen }, { after, limit }) {
      const before = after ?? Number.MAX_SAFE_INTEGER;
      return list.all({ model, record, isOpen: Number(isOpen), after: before, limit }).map(toConflictRecord);
    },
    openBehind: (after, limit) => openBehind.all(after, limit).map(toConflictRecord),
    latestId: () => latestId.get() ?? 0,
    get(id) {
      const row = get.get(id);
      return row === undefined ? undefined : toConflictRecord(row);
    },
    counts: () => ({ open: countOpen.get() as number, settled: countSettled.get() as number }),
  };
}

function toConflictRecord(row: Row): ConflictRecord {
  const { id, model, uuid, since_ms, settled_ms, settled_by, version } = row;
  return {
    id,
    ref: { model, id: uuid },
    conflict: conflictOf(row),
    sinceMs: since_ms,
    settled: settled_ms === null ? null : { ms: settled_ms, by: settled_by },
    version: parseVersion(version ?? ''),
  };
}
