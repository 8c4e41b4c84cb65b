import { DriverException, type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/core';
import { ShoalError, tellingField } from '@shoal/core';
import type { SyncedModel } from '../model/sync-model.ts';
import { storageError } from '../store/storage-error.ts';

/**
 * The same entity manager; where SQLite finds that rows of synced tables collide, before anything is captured, it
 * throws `unique-taken`, as capture does where it finds it (MRG-7); where the disk refuses, `disk-full` or `read-only`.
 * Without the cause: its message holds the values.
 */
export function withTypedFailures(
  em: EntityManager,
  { models, path }: { readonly models: readonly SyncedModel[]; readonly path: string },
): EntityManager {
  const [flush, commit, transactional] = [em.flush.bind(em), em.commit.bind(em), em.transactional.bind(em)];
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw collision(error, models) ?? refusal(error, path) ?? error;
    });
  return Object.assign(em, {
    flush: () => told(flush()),
    commit: () => told(commit()),
    transactional: ((work, options) => told(transactional(work, options))) as EntityManager['transactional'],
  });
}

/** What SQLite says of the disk, by its code alone. */
function refusal(error: unknown, path: string): ShoalError | undefined {
  if (!(error instanceof DriverException) || typeof error.code !== 'string') return undefined;
  const told = storageError(Object.assign(new Error(error.code), { code: error.code }), path);
  return told instanceof ShoalError ? told : undefined;
}

/** SQLite names the columns of the constraint: `UNIQUE constraint failed: shelves.room, shelves.name`. */
function collision(error: unknown, models: readonly SyncedModel[]): ShoalError | undefined {
  if (!(error instanceof UniqueConstraintViolationException)) return undefined;
  const [, list = ''] = /UNIQUE constraint failed: (.+)$/m.exec(error.message) ?? [];
  const columns = list.split(', ').map((name) => name.split('.'));
  const model = models.find(({ spec }) => columns.every(([table]) => table === spec.table));
  const names = new Set(
    columns.map(([, column]) => model?.columns.find((each) => each.column === column)?.field.name),
  );
  const unique = model?.spec.uniques.find(({ fields }) => fields.every((field) => names.has(field)));
  if (model === undefined || unique === undefined) return undefined;
  const field = tellingField(unique);
  const { name } = model.spec;
  return new ShoalError('unique-taken', `"${field}" of ${name}: another ${name} has this value`, {
    model: name,
    field,
  });
}
