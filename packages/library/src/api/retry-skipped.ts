import { ChangeSetType, type EntityManager } from '@mikro-orm/core';
import { type RecordId, ShoalError } from '@shoal/core';
import type { LocalWrite } from '../capture/local-write.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import { entityWrite } from '../orm/entity-write.ts';
import { nameRow } from '../orm/sync-gate.ts';
import type { CapturingManager } from '../orm/transaction-manager.ts';
import type { SkippedRow, SkippedStore } from './skipped-store.ts';

/**
 * Syncs records that were skipped, once what they refer to has a name: each is given its UUID and captured as new, all that
 * can be in one transaction. Answers how many; those that still cannot be named stay.
 */
export function retrySkipped(options: {
  readonly manager: CapturingManager;
  readonly skipped: SkippedStore;
  readonly models: readonly SyncedModel[];
}): () => Promise<number> {
  const { manager, skipped } = options;
  const modelByName = new Map(options.models.map((model) => [String(model.spec.name), model]));

  async function nameOne(em: EntityManager, { id, model: name, rowId, uuid }: SkippedRow): Promise<boolean> {
    const model = modelByName.get(name);
    if (model === undefined) return false;
    const entity = (await em.findOne(model.entity, { id: rowId } as never)) as Record<string, unknown> | null;
    if (entity === null || typeof entity.uuid === 'string') {
      // Somebody deleted it, or named it.
      skipped.take(id);
      return false;
    }
    entity.uuid = uuid;
    const write = writeOf(model, entity);
    nameRow(manager.context, model, entity, write instanceof ShoalError ? null : (uuid as RecordId));
    if (write instanceof ShoalError) {
      skipped.waitFor(id, String(write.subject.field));
      return false;
    }
    manager.captureHere(() => write);
    skipped.take(id);
    return true;
  }

  function writeOf(model: SyncedModel, entity: Record<string, unknown>): LocalWrite[] | ShoalError {
    try {
      const change = { type: ChangeSetType.CREATE, entity, originalEntity: undefined, payload: entity };
      return [entityWrite(manager.context, model, change as never)!];
    } catch (error) {
      if (error instanceof ShoalError && error.code === 'missing-reference') return error;
      throw error;
    }
  }

  return async () => {
    let named = 0;
    for (;;) {
      const rows = skipped.nameable(options.models);
      if (rows.length === 0) return named;
      named += await manager.transactional(async (em) => {
        let count = 0;
        for (const row of rows) if (await nameOne(em, row)) count += 1;
        return count;
      });
    }
  };
}
