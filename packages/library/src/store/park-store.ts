import type { ModelName, NulledReference, ParkReason, RecordRef } from '@shoal/core';
import type { Sqlite } from './open-database.ts';
import type { KeptRow } from './row-store.ts';

/** What is alive and not shown, and what is shown as null (DEP-3). */
export interface ParkStore {
  /** Call before work within a transaction: whether there is anything at all is looked up, for that transaction. */
  refresh(): void;
  /** Parks a record, or says anew why it is; it waits since the reason is the same. */
  park(ref: RecordRef, reason: ParkReason, waitsFor: NulledReference | null, kept: KeptRow | null): void;
  /** Takes a record out of the parked ones; returns what it kept. */
  unpark(ref: RecordRef): KeptRow | null;
  setNulled(ref: RecordRef, nulled: readonly NulledReference[]): void;
  /** The fields of a shown record that show null in place of a reference. */
  nulledFields(ref: RecordRef): string[];
  waitingFor(target: RecordRef): RecordRef[];
  /** Targets behind `after` that nobody here has heard of, each with one record that waits for it (DEP-4). */
  missing(after: RecordRef | null, limit: number): Missing[];
  /**
   * Records behind `after` that have been orphaned up to `toMs`; also from a time after `aheadOfMs`, which a clock that
   * ran ahead left (DEP-3).
   */
  orphaned(
    since: { readonly toMs: number; readonly aheadOfMs: number },
    after: RecordRef | null,
    limit: number,
  ): RecordRef[];
  isOrphaned(ref: RecordRef): boolean;
  /** Records behind `after` that this program, or an older one, did not know (DEP-5). */
  unknown(after: RecordRef | null, limit: number): RecordRef[];
  nulledIn(model: ModelName, fields: readonly string[]): RecordRef[];
}

/** A record that waits, by which field, and for what. */
export interface Missing {
  readonly ref: RecordRef;
  readonly field: string;
  readonly target: RecordRef;
}

interface MissingRow extends RefRow {
  readonly field: string;
  readonly targetModel: string;
  readonly targetUuid: string;
}

interface AfterRow extends RefRow {
  readonly limit: number;
}

interface RefRow {
  readonly model: string;
  readonly uuid: string;
}

/** Prepares the statements on `db`; `wallMs` tells since when something waits. */
export function parkStore(db: Sqlite, wallMs: () => number): ParkStore {
  const upsert = db.prepare(
    `insert into shoal_parked (model, uuid, reason, field, target_model, target_uuid, since_ms, local_row)
     values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict do update set reason = excluded.reason, field = excluded.field, target_model = excluded.target_model,
       target_uuid = excluded.target_uuid, local_row = coalesce(excluded.local_row, local_row),
       since_ms = iif(reason = excluded.reason, since_ms, excluded.since_ms)`,
  );
  const remove = db
    .prepare<[string, string], string | null>(
      'delete from shoal_parked where model = ? and uuid = ? returning local_row',
    )
    .pluck();
  const clearNulled = db.prepare('delete from shoal_nulled where model = ? and uuid = ?');
  const insertNulled = db.prepare(
    'insert or replace into shoal_nulled (model, uuid, field, target_model, target_uuid) values (?, ?, ?, ?, ?)',
  );
  const waiting = db.prepare<[string, string, string, string], RefRow>(
    `select model, uuid from shoal_parked where target_model = ? and target_uuid = ?
     union select model, uuid from shoal_nulled where target_model = ? and target_uuid = ?`,
  );
  // A target is missing for all that wait for it, or for none.
  const missing = db.prepare<[string, string, number], MissingRow>(
    `select model, uuid, field, target_model as targetModel, target_uuid as targetUuid from shoal_parked
     where reason = 'missing' and (target_model, target_uuid) > (?, ?)
     group by target_model, target_uuid order by target_model, target_uuid limit ?+0`,
  );
  const orphaned = db.prepare<[{ toMs: number; aheadOfMs: number } & AfterRow], RefRow>(
    `select model, uuid from shoal_parked
     where reason = 'orphaned' and (model, uuid) > (@model, @uuid) and (since_ms <= @toMs or since_ms > @aheadOfMs)
     order by model, uuid limit @limit+0`,
  );
  const isOrphaned = db
    .prepare<[string, string], number>(
      `select 1 from shoal_parked where model = ? and uuid = ? and reason = 'orphaned'`,
    )
    .pluck();
  const unknown = db.prepare<[string, string, number], RefRow>(
    `select model, uuid from shoal_parked
     where reason in ('unknown-model', 'unknown-schema') and (model, uuid) > (?, ?) order by model, uuid limit ?+0`,
  );
  const nulledFields = db
    .prepare<[string, string], string>('select field from shoal_nulled where model = ? and uuid = ?')
    .pluck();
  const nulledIn = db
    .prepare<[string, string], string>('select uuid from shoal_nulled where model = ? and field = ?')
    .pluck();

  // Usually there is nothing, which three statements for each record would say again and again.
  const isAny = db
    .prepare<[], number>('select exists (select 1 from shoal_parked) or exists (select 1 from shoal_nulled)')
    .pluck();
  let isEmpty = false;

  return {
    refresh() {
      isEmpty = isAny.get() === 0;
    },
    park(ref, reason, waitsFor, kept) {
      isEmpty = false;
      upsert.run(
        ref.model,
        ref.id,
        reason,
        waitsFor?.field ?? null,
        waitsFor?.target.model ?? null,
        waitsFor?.target.id ?? null,
        wallMs(),
        kept === null ? null : JSON.stringify(kept, blobToJson),
      );
    },
    unpark(ref) {
      if (isEmpty) return null;
      const kept = remove.get(ref.model, ref.id) as string | null | undefined;
      return typeof kept === 'string' ? (JSON.parse(kept, blobFromJson) as KeptRow) : null;
    },
    setNulled(ref, nulled) {
      if (isEmpty && nulled.length === 0) return;
      isEmpty = false;
      clearNulled.run(ref.model, ref.id);
      for (const { field, target } of nulled)
        insertNulled.run(ref.model, ref.id, field, target.model, target.id);
    },
    nulledFields: (ref) => (isEmpty ? [] : (nulledFields.all(ref.model, ref.id) as string[])),
    waitingFor: (target) =>
      isEmpty ? [] : waiting.all(target.model, target.id, target.model, target.id).map(toRef),
    missing: (after, limit) =>
      missing.all(after?.model ?? '', after?.id ?? '', limit).map((row) => ({
        ref: toRef(row),
        field: row.field,
        target: toRef({ model: row.targetModel, uuid: row.targetUuid }),
      })),
    orphaned: (since, after, limit) =>
      orphaned.all({ ...since, model: after?.model ?? '', uuid: after?.id ?? '', limit }).map(toRef),
    isOrphaned: (ref) => isOrphaned.get(ref.model, ref.id) !== undefined,
    unknown: (after, limit) => unknown.all(after?.model ?? '', after?.id ?? '', limit).map(toRef),
    nulledIn: (model, fields) =>
      fields.flatMap((field) =>
        (nulledIn.all(model, field) as string[]).map((uuid) => toRef({ model, uuid })),
      ),
  };
}

/** JSON has no bytes; a text column never holds an object. */
function blobToJson(this: unknown, key: string, value: unknown): unknown {
  // Buffers come here as what their `toJSON` made of them.
  const raw: unknown = (this as Record<string, unknown>)[key];
  return raw instanceof Uint8Array ? { base64: Buffer.from(raw).toString('base64') } : value;
}

function blobFromJson(_key: string, value: unknown): unknown {
  const isBlob = typeof value === 'object' && value !== null && 'base64' in value;
  return isBlob ? Buffer.from(String(value.base64), 'base64') : value;
}

function toRef({ model, uuid }: RefRow): RecordRef {
  return { model, id: uuid } as RecordRef;
}
