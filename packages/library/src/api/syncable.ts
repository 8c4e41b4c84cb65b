import { type EntityManager, helper } from '@mikro-orm/core';
import { type RecordRef, ShoalError } from '@shoal/core';
import type { SyncedModel } from '../model/sync-model.ts';

/**
 * What a record of a synced model has, so that the calls that sync take no other: an entity with the columns that every
 * synced table carries. Whether its model is registered is seen at run time (`unknown-model`).
 */
export interface Syncable {
  id: number;
  uuid?: string | null | undefined;
  version: string;
}

/** What becomes of a record. */
export type ChangeType = 'insert' | 'update' | 'delete';

/** A record with its model and what MikroORM keeps of it. */
export interface KnownRecord {
  readonly record: Syncable & Record<string, unknown>;
  readonly model: SyncedModel;
  /** As it was stored when it was loaded or synced last; undefined: it never was. */
  readonly original: Record<string, unknown> | undefined;
}

/** Finds the models of records, among those of a library. */
export interface Recogniser {
  /** Throws `invalid-argument` for what is no entity, `unknown-model` for one that does not sync. */
  know(record: Syncable): KnownRecord;
  /** What it is called everywhere. Throws `invalid-argument` for a record that has no UUID yet. */
  refOf(record: Syncable): RecordRef;
  /**
   * Takes down how a record stands now in the database, so that its next write is the difference to this; `keeper`, where
   * there is one, has a new record in its unit of work from then on. Both answer how to take it back.
   */
  remember(em: EntityManager, record: Syncable, keeper: EntityManager | null): () => void;
  /** A record that is gone is no part of a unit of work any more. */
  forget(em: EntityManager, record: Syncable): () => void;
}

/** The recogniser of the models of a library. */
export function recogniser(models: readonly SyncedModel[]): Recogniser {
  const modelByClass = new Map(models.map((model) => [String(model.entity.meta.className), model]));
  const names = models.map(({ spec }) => spec.name).join(', ');

  function know(record: Syncable): KnownRecord {
    const wrapped = (record as { __helper?: unknown }).__helper === undefined ? undefined : helper(record);
    if (wrapped === undefined) {
      throw new ShoalError('invalid-argument', 'the record is no entity: make it by `create`, or load it');
    }
    const className = String(wrapped.__meta.className);
    const model = modelByClass.get(className);
    if (model === undefined) {
      throw new ShoalError('unknown-model', `${className} does not sync; these do: ${names}`, {
        model: className,
      });
    }
    return {
      record: record as KnownRecord['record'],
      model,
      original: wrapped.__originalEntityData as KnownRecord['original'],
    };
  }

  return {
    know,
    refOf(record) {
      const { model } = know(record);
      if (typeof record.uuid === 'string') return { model: model.spec.name, id: record.uuid } as RecordRef;
      const { name } = model.spec;
      throw new ShoalError(
        'invalid-argument',
        `"uuid" of ${name}: the record has none yet, so it was never synced`,
        {
          model: name,
          field: 'uuid',
        },
      );
    },
    remember(em, record, keeper) {
      const wrapped = helper(record);
      const before = wrapped.__originalEntityData;
      wrapped.__originalEntityData = em.getComparator().prepareEntity(record) as never;
      em.getUnitOfWork().getPersistStack().delete(record);
      if (keeper === null || wrapped.__managed) return () => restore(record, before);
      keeper.getUnitOfWork().register(record);
      return () => {
        restore(record, before);
        keeper.getUnitOfWork().getIdentityMap().delete(record);
        wrapped.__managed = false;
      };
    },
    forget(em, record) {
      const unitOfWork = em.getUnitOfWork();
      const wrapped = helper(record);
      const before = wrapped.__originalEntityData;
      const wasManaged = wrapped.__managed;
      unitOfWork.getIdentityMap().delete(record);
      unitOfWork.getPersistStack().delete(record);
      restore(record, undefined);
      wrapped.__managed = false;
      return () => {
        restore(record, before);
        wrapped.__managed = wasManaged;
        if (wasManaged) unitOfWork.getIdentityMap().store(record);
      };
    },
  };
}

function restore(record: Syncable, original: unknown): void {
  const wrapped = helper(record) as { __originalEntityData?: unknown };
  if (original === undefined) delete wrapped.__originalEntityData;
  else wrapped.__originalEntityData = original;
}
