import { createRegistry, type RecordId, type Registry, type Value } from '@shoal/core';
import { checkColumns } from '../model/check-columns.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import { openForReading } from '../store/open-database.ts';
import { fieldValue, type SqlValue } from '../store/row-store.ts';
import { type ConflictReader, conflictReader } from './conflict-reader.ts';
import { dumpLine } from './dump-line.ts';
import { findRecords } from './find-records.ts';
import { type QuarantineReader, quarantineReader } from './quarantine-reader.ts';

/** A record as people see it: fields by name, references as UUIDs, and the version to write back with (MRG-1). */
export interface ViewRecord {
  readonly model: string;
  readonly id: RecordId;
  readonly fields: ReadonlyMap<string, Value>;
  /** Text of the version. */
  readonly version: string;
}

/** Reads the view of one library on a read-only connection of its own. */
export interface LibraryReader {
  readonly registry: Registry;
  get(model: string, id: RecordId): ViewRecord | undefined;
  /** Records in order of ids, behind `after`. */
  list(model: string, options: { readonly after: RecordId | null; readonly limit: number }): ViewRecord[];
  /**
   * Records that show these values, references as UUIDs, at most `limit` of them in no order: by an index where the table
   * has one of these columns, else by looking at all. Throws `unknown-field`.
   */
  find(model: string, fields: Readonly<Record<string, Value>>, limit: number): ViewRecord[];
  /** The conflict journal of this device (MRG-8). */
  readonly conflicts: ConflictReader;
  /** What lies in quarantine on this device (ING-3). */
  readonly quarantine: QuarantineReader;
  counts(): { readonly model: string; readonly records: number }[];
  /** The canonical dump: every synced row, models in order of their names, rows in order of UUIDs, no local column. */
  dump(): Iterable<string>;
  close(): void;
}

/** Opens a reader; the library must be migrated. Unknown models throw `unknown-model` at the registry, not here. */
export function openLibraryReader(path: string, models: readonly SyncedModel[]): LibraryReader {
  const db = openForReading(path);
  checkColumns(db, models);
  const byName = new Map(models.map((model) => [model.spec.name as string, prepareModel(db, model)]));
  const inOrder = [...byName.keys()].sort();
  return {
    registry: createRegistry(models.map(({ spec }) => spec)),
    get: (model, id) => byName.get(model)?.get(id),
    list: (model, { after, limit }) => byName.get(model)?.list(after ?? '', limit) ?? [],
    find: (model, fields, limit) => byName.get(model)?.find(fields, limit) ?? [],
    conflicts: conflictReader(db),
    quarantine: quarantineReader(db),
    counts: () => inOrder.map((model) => ({ model, records: byName.get(model)!.count() })),
    *dump() {
      db.exec('begin');
      try {
        for (const name of inOrder) for (const record of byName.get(name)!.all()) yield dumpLine(record);
      } finally {
        db.exec('commit');
      }
    },
    close: () => db.close(),
  };
}

function prepareModel(db: ReturnType<typeof openForReading>, model: SyncedModel) {
  const { table, name } = model.spec;
  const select = `select t.uuid as uuid, t.version as version, ${model.columns.map(columnSql).join(', ')} from ${table} t`;
  const get = db.prepare<[string], SqlValue[]>(`${select} where t.uuid = ?`).raw();
  const list = db
    .prepare<[string, number], SqlValue[]>(`${select} where t.uuid > ? order by t.uuid limit ?+0`)
    .raw();
  const all = db.prepare<[], SqlValue[]>(`${select} where t.uuid is not null order by t.uuid`).raw();
  const count = db.prepare<[], number>(`select count(*) from ${table} where uuid is not null`).pluck();

  const find = findRecords(db, model, select);

  const toRecord = ([uuid, version, ...values]: SqlValue[]): ViewRecord => ({
    model: name,
    id: uuid as RecordId,
    version: String(version),
    fields: new Map(
      model.columns.map((column, index) => [column.field.name, fieldValue(column, values[index] ?? null)]),
    ),
  });
  return {
    get(id: string) {
      const row = get.get(id);
      return row === undefined ? undefined : toRecord(row);
    },
    list: (after: string, limit: number) => list.all(after, limit).map(toRecord),
    find: (fields: Readonly<Record<string, Value>>, limit: number) => find(fields, limit).map(toRecord),
    *all() {
      for (const row of all.iterate()) yield toRecord(row);
    },
    count: () => count.get() as number,
  };
}

function columnSql({ column, targetTable }: SyncedModel['columns'][number]): string {
  return targetTable === null
    ? `t.${column}`
    : `(select uuid from ${targetTable} r where r.id = t.${column})`;
}
