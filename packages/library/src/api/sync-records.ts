import { ChangeSetType, type EntityManager, helper } from '@mikro-orm/core';
import { formatVersion, refKey, ShoalError, type Value } from '@shoal/core';
import type { CaptureContext } from '../capture/capture-writes.ts';
import type { LocalWrite } from '../capture/local-write.ts';
import { freshRecordId } from '../crypto/record-ids.ts';
import { entityWrite } from '../orm/entity-write.ts';
import { type EntityColumns, localColumns } from './local-columns.ts';
import type { SkippedStore } from './skipped-store.ts';
import type { ChangeType, KnownRecord, Recogniser, Syncable } from './syncable.ts';

/** A record that was not synced, as it refers to what has no name (S2-56). */
export interface Skipped {
  readonly record: Syncable;
  /** `missing-reference`; its subject names model and field. */
  readonly reason: ShoalError;
  /** Its row is kept on this device, and synced by itself once it can be named; else it was left as it is. */
  readonly isKept: boolean;
}

/** What a call that syncs did, once it is committed. */
export interface Synced {
  /** Records that were captured by this call; what was captured before, and not changed since, is not among them. */
  readonly captured: number;
  readonly skipped: readonly Skipped[];
}

/** Captures records in a transaction that is under way. */
export type SyncRecords = (
  em: EntityManager,
  records: readonly Syncable[],
  change: ChangeType,
) => Promise<Synced>;

/**
 * The one way in which all calls write records: in the transaction of `em`, through the capture, without the unit of
 * work, which is slower by half; rows that are not ready to sync, and models with a gate, take that way (CHG-9). What of
 * a record is new since it was loaded or synced last is written; nothing, where nothing is. A new record without a UUID
 * is given one, where its model does not derive it.
 */
export function recordSyncer(options: {
  readonly recogniser: Recogniser;
  readonly skipped: SkippedStore;
  readonly capture: (writesOf: (context: CaptureContext) => readonly LocalWrite[]) => readonly {
    readonly ref: LocalWrite['ref'];
    readonly version: Parameters<typeof formatVersion>[0];
  }[];
  /** Whether it runs in a transaction of which nothing is synced (S0-55). */
  readonly isLocal: () => boolean;
  readonly wallMs: () => number;
  readonly store: CaptureContext['store'];
}): SyncRecords {
  const { recogniser, capture, store, wallMs } = options;

  return async (em, records, change) => {
    const known = records.map((record) => recogniser.know(record));
    const takesFlush = (each: KnownRecord) => options.isLocal() || needsFlush(each);
    const [slow, fast] = [
      known.filter((each) => takesFlush(each)),
      known.filter((each) => !takesFlush(each)),
    ];
    if (slow.length > 0) await flushRecords(em, slow, change);
    const skipped: Skipped[] = [];
    const written = new Map<string, string>();
    const done: KnownRecord[] = [];
    for (const each of fast) nameNew(each, change);
    const versions = capture((context) =>
      fast.flatMap((each) => {
        const write = writeOf(em, context, each, change);
        if (write instanceof ShoalError) skipped.push(skip(em, each, write));
        else if (write !== undefined) {
          done.push(each);
          return write;
        }
        return [];
      }),
    );
    for (const { ref, version } of versions) written.set(refKey(ref), formatVersion(version));
    for (const each of done) settle(em, each, change, written);
    return { captured: slow.length + done.length, skipped };
  };

  function nameNew({ record, model, original }: KnownRecord, change: ChangeType): void {
    if (original !== undefined) return;
    if (change !== 'insert') {
      throw new ShoalError('invalid-argument', `this ${model.spec.name} was never stored: say "insert"`, {
        model: model.spec.name,
      });
    }
    if (typeof record.uuid === 'string') return;
    if (model.spec.ids === 'derived' || model.spec.uniques.length > 0) {
      const message = `"uuid" of ${model.spec.name}: name the record before it is synced`;
      throw new ShoalError('invalid-argument', message, { model: model.spec.name, field: 'uuid' });
    }
    record.uuid = freshRecordId(wallMs());
  }

  /** Undefined where nothing is to be written; the reason, where it cannot be. */
  function writeOf(
    em: EntityManager,
    context: CaptureContext,
    { record, model, original }: KnownRecord,
    change: ChangeType,
  ): LocalWrite | ShoalError | undefined {
    const type =
      change === 'delete'
        ? ChangeSetType.DELETE
        : original === undefined
          ? ChangeSetType.CREATE
          : ChangeSetType.UPDATE;
    const payload = type === ChangeSetType.UPDATE ? difference(em, record, original!) : record;
    if (type === ChangeSetType.UPDATE && Object.keys(payload).length === 0) return undefined;
    try {
      const write = entityWrite(context, model, {
        type,
        entity: record,
        originalEntity: original,
        payload,
      } as never);
      if (write === undefined || write.kind === 'delete' || write.kind === 'decide') return write;
      const fields =
        type === ChangeSetType.CREATE ? givenFields(write.fields, { record, model }) : write.fields;
      return { ...write, fields, local: localColumns(model, columnsOf(record), payload) };
    } catch (error) {
      if (error instanceof ShoalError && error.code === 'missing-reference') return error;
      throw error;
    }
  }

  function skip(em: EntityManager, { record, model, original }: KnownRecord, reason: ShoalError): Skipped {
    const uuid = record.uuid;
    if (original !== undefined || typeof uuid !== 'string' || model.spec.uniques.length > 0) {
      return { record, reason, isKept: false };
    }
    const values = em.getComparator().prepareEntity(record) as Record<string, unknown>;
    const row = { columns: columnsOf(record), values };
    const field = String(reason.subject.field);
    record.id = options.skipped.keep(model, row, { uuid, field, sinceMs: wallMs() });
    record.uuid = null;
    recogniser.remember(em, record);
    return { record, reason, isKept: true };
  }

  /** The record goes on as it stands in the database, so that what is written next has seen it (MRG-1). */
  function settle(
    em: EntityManager,
    { record, model, original }: KnownRecord,
    change: ChangeType,
    versionByKey: ReadonlyMap<string, string>,
  ): void {
    if (change === 'delete') {
      recogniser.forget(em, record);
      return;
    }
    const uuid = String(record.uuid);
    record.version =
      versionByKey.get(refKey({ model: model.spec.name, id: uuid } as never)) ?? record.version;
    if (original === undefined) {
      record.id = store.keys.idOf(model.spec.table, uuid) ?? record.id;
      for (const { field, property } of model.columns)
        record[property] ??= asProperty(field.kind, field.default);
    }
    recogniser.remember(em, record);
  }
}

/** Rows without a UUID, and models that decide by themselves what has one. */
function needsFlush({ model, original }: KnownRecord): boolean {
  return model.shouldSync !== null || (original !== undefined && typeof original.uuid !== 'string');
}

async function flushRecords(
  em: EntityManager,
  records: readonly KnownRecord[],
  change: ChangeType,
): Promise<void> {
  for (const { record } of records) {
    if (change === 'delete') em.remove(record);
    else em.persist(record);
  }
  await em.flush();
}

function columnsOf(record: Syncable): EntityColumns {
  return helper(record).__meta.properties as unknown as EntityColumns;
}

/** What was changed of a record, by property, as MikroORM would write it. */
function difference(
  em: EntityManager,
  record: object,
  original: Record<string, unknown>,
): Record<string, unknown> {
  const comparator = em.getComparator();
  const meta = helper(record as Syncable).__meta;
  return comparator.diffEntities(
    meta.class as never,
    original as never,
    comparator.prepareEntity(record as never),
  ) as never;
}

/** Of a new record what was given: the view shows the default of a field that nobody wrote. */
function givenFields(
  fields: ReadonlyMap<string, Value>,
  { record, model }: Pick<KnownRecord, 'record' | 'model'>,
): ReadonlyMap<string, Value> {
  const given = model.columns.filter(({ property }) => record[property] !== undefined);
  return new Map(given.map(({ field }) => [field.name, fields.get(field.name) ?? null]));
}

function asProperty(kind: string, value: Value): unknown {
  return kind === 'json' && typeof value === 'string' ? JSON.parse(value) : value;
}
