import { type ChangeSet, ChangeSetType, helper, Reference } from '@mikro-orm/core';
import { type ModelName, planGate, type RecordId, type Value } from '@shoal/core';
import type { CaptureContext } from '../capture/capture-writes.ts';
import { freshRecordId } from '../crypto/record-ids.ts';
import type { SyncedModel } from '../model/sync-model.ts';

type Row = Record<string, unknown>;

/**
 * Judges, at capture, whether a row that was never captured is to be synced (S0-12): one that is not has no UUID from
 * then on, one that is gets one. A row that was captured once is not asked about again (CHG-9).
 */
export function judgeGate(context: CaptureContext, model: SyncedModel, changeSet: ChangeSet<Row>): void {
  const { shouldSync, spec } = model;
  if (shouldSync === null || isDelete(changeSet)) return;
  const { entity, originalEntity } = changeSet;
  const before = (originalEntity as Row | undefined)?.uuid;
  if (typeof before === 'string') return;
  const { records } = context.store;
  const given = typeof entity.uuid === 'string' ? (entity.uuid as RecordId) : null;
  const isNamed = given !== null;
  const wasCaptured = isNamed && records.version({ model: spec.name as ModelName, id: given }) !== undefined;
  // A row that was captured once is not asked about again.
  const isOpen = wasCaptured || shouldSync(fieldsOf(context, model, entity));
  const gated = planGate({ isNamed, wasCaptured, isOpen, isSynced: true });
  if (gated === 'name') nameRow(context, model, entity, freshRecordId(context.wallMs()));
  if (gated === 'unname') nameRow(context, model, entity, null);
}

function isDelete({ type }: ChangeSet<Row>): boolean {
  return type === ChangeSetType.DELETE || type === ChangeSetType.DELETE_EARLY;
}

/** What the row says; null for a target that is not ready to sync itself. */
function fieldsOf(
  { store }: CaptureContext,
  { columns }: SyncedModel,
  entity: Row,
): ReadonlyMap<string, Value> {
  return new Map(
    columns.map(({ field, property, targetTable }): [string, Value] => {
      const value = entity[property] ?? null;
      if (value === null || targetTable === null) return [field.name, value as Value];
      const id = Number(helper(Reference.unwrapReference(value as object)).getPrimaryKey());
      return [field.name, store.keys.uuidOf(targetTable, id) ?? null];
    }),
  );
}

/** Names a row, or takes its name. The unit of work has written it already, and goes on with what is in it now. */
export function nameRow(
  { store }: CaptureContext,
  { spec }: SyncedModel,
  entity: Row,
  uuid: RecordId | null,
): void {
  store.db.prepare(`update ${spec.table} set uuid = ? where id = ?`).run(uuid, Number(entity.id));
  entity.uuid = uuid;
  const original = helper(entity).__originalEntityData as Row | undefined;
  if (original !== undefined) original.uuid = uuid;
}
