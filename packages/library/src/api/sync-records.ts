import { type EntityManager, helper, Reference } from '@mikro-orm/core';
import { formatVersion, refKey, ShoalError, type Value } from '@shoal/core';
import type { CaptureContext } from '../capture/capture-writes.ts';
import type { LocalWrite } from '../capture/local-write.ts';
import { freshRecordId } from '../crypto/record-ids.ts';
import { type ChangeOf, changeOfRecord, columnsOf } from './record-change.ts';
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

/** A record of which there is something to write. */
interface Planned {
  readonly known: KnownRecord;
  readonly write: LocalWrite;
}

/** What is the same for all records of a call. */
interface Settling {
  readonly em: EntityManager;
  readonly change: ChangeType;
  readonly keeper: EntityManager | null;
}

/**
 * Captures records in a transaction that is under way. `keeper` has them in its unit of work from then on, so that it
 * flushes what is changed later; null: whoever made them has.
 */
export type SyncRecords = (
  em: EntityManager,
  records: readonly Syncable[],
  change: ChangeType,
  keeper: EntityManager | null,
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
  /** Takes back in memory what a rollback takes back. */
  readonly whenUndone: (undo: () => void) => void;
  /** Whether it runs in a transaction of which nothing is synced (S0-55). */
  readonly isLocal: () => boolean;
  readonly wallMs: () => number;
  readonly store: CaptureContext['store'];
}): SyncRecords {
  const { recogniser, capture, store, wallMs } = options;

  return async (em, records, change, keeper) => {
    const known = records.map((record) => recogniser.know(record));
    const takesFlush = (each: KnownRecord) => options.isLocal() || needsFlush(each);
    const slow = known.filter((each) => takesFlush(each));
    const fast = known.filter((each) => !takesFlush(each));
    if (slow.length > 0) await flushRecords(em, slow, change);
    for (const each of fast) nameNew(each, change);
    const skipped: Skipped[] = [];
    let planned: readonly Planned[] = [];
    const versions = capture((context) => {
      planned = planAll({ em, context, change, keeper }, fast, skipped);
      return planned.map(({ write }) => write);
    });
    const versionByKey = new Map(versions.map(({ ref, version }) => [refKey(ref), formatVersion(version)]));
    for (const { known: each } of planned) settle({ em, change, keeper }, each, versionByKey);
    return { captured: slow.length + planned.length, skipped };
  };

  /** A record that is skipped may be what another of the batch refers to: that one is skipped, too. */
  function planAll(
    at: Omit<ChangeOf, 'batch'> & Pick<Settling, 'keeper'>,
    records: readonly KnownRecord[],
    skipped: Skipped[],
  ): readonly Planned[] {
    let left = records;
    for (;;) {
      const batch = new Set(left.map(({ record }) => record));
      const planned: Planned[] = [];
      const count = skipped.length;
      for (const each of left) {
        const write = changeOfRecord({ ...at, batch }, each);
        if (write instanceof ShoalError) skipped.push(skip(at, each, write));
        else if (write !== undefined) planned.push({ known: each, write });
      }
      if (skipped.length === count) return planned;
      left = planned.map(({ known }) => known);
    }
  }

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

  function skip(
    { em, keeper }: Pick<Settling, 'em' | 'keeper'>,
    { record, model, original }: KnownRecord,
    reason: ShoalError,
  ): Skipped {
    const uuid = record.uuid;
    // A row needs what it refers to, and where values are unique a name (MRG-7).
    const isKept = original === undefined && typeof uuid === 'string' && model.spec.uniques.length === 0;
    if (!isKept || !hasStoredTargets(record, model)) return { record, reason, isKept: false };
    const values = em.getComparator().prepareEntity(record) as Record<string, unknown>;
    const row = { columns: columnsOf(record), values };
    const field = String(reason.subject.field);
    undoing(record);
    record.id = options.skipped.keep(model, row, { uuid, field, sinceMs: wallMs() });
    record.uuid = null;
    options.whenUndone(recogniser.remember(em, record, keeper));
    return { record, reason, isKept: true };
  }

  /** The record goes on as it stands in the database, so that what is written next has seen it (MRG-1). */
  function settle(
    { em, change, keeper }: Settling,
    { record, model, original }: KnownRecord,
    versionByKey: ReadonlyMap<string, string>,
  ): void {
    if (change === 'delete') {
      options.whenUndone(recogniser.forget(em, record));
      return;
    }
    undoing(record);
    const uuid = String(record.uuid);
    record.version =
      versionByKey.get(refKey({ model: model.spec.name, id: uuid } as never)) ?? record.version;
    if (original === undefined) {
      record.id = store.keys.idOf(model.spec.table, uuid) ?? record.id;
      for (const { field, property } of model.columns)
        record[property] ??= asProperty(field.kind, field.default);
    }
    options.whenUndone(recogniser.remember(em, record, keeper));
  }

  /** After a rollback a record is what it was before, so that it can be written again. */
  function undoing(record: KnownRecord['record']): void {
    const { id, uuid, version } = record;
    options.whenUndone(() => Object.assign(record, { id, uuid, version }));
  }
}

function hasStoredTargets(record: KnownRecord['record'], { columns }: KnownRecord['model']): boolean {
  return columns.every(({ property, targetTable }) => {
    const value = record[property];
    if (targetTable === null || value === undefined || value === null) return true;
    return helper(Reference.unwrapReference(value as object)).hasPrimaryKey();
  });
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

function asProperty(kind: string, value: Value): unknown {
  return kind === 'json' && typeof value === 'string' ? JSON.parse(value) : value;
}
