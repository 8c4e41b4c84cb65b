import { type ChangeSet, ChangeSetType } from '@mikro-orm/core';
import { type ModelName, planGate, type RecordId, ShoalError } from '@shoal/core';
import type { CaptureContext } from '../capture/capture-writes.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import { nameRow } from './sync-gate.ts';

type Row = Record<string, unknown>;

/**
 * What becomes of a row that a transaction without sync writes (S0-55): it has no UUID and stays here. What was captured
 * once is synced for good (CHG-9): throws `invalid-argument`, naming it.
 */
export function keepLocal(context: CaptureContext, model: SyncedModel, changeSet: ChangeSet<Row>): void {
  const { entity, originalEntity, type } = changeSet;
  const uuid = entity.uuid ?? (originalEntity as Row | undefined)?.uuid;
  if (typeof uuid !== 'string') return;
  const ref = { model: model.spec.name as ModelName, id: uuid as RecordId };
  const wasCaptured = type !== ChangeSetType.CREATE && context.store.records.version(ref) !== undefined;
  const gated = planGate({ isNamed: true, wasCaptured, isOpen: null, isSynced: false });
  if (gated === 'refuse') {
    throw new ShoalError(
      'invalid-argument',
      `this ${ref.model} is synced, so it cannot be written in a transaction that is not`,
      { model: ref.model, record: ref.id },
    );
  }
  if (type === ChangeSetType.CREATE || type === ChangeSetType.UPDATE || type === ChangeSetType.UPDATE_EARLY) {
    nameRow(context, model, entity, null);
  }
}
