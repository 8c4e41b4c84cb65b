import { ChangeSetType, type EntityManager, helper } from '@mikro-orm/core';
import { ShoalError, type Value } from '@shoal/core';
import type { CaptureContext } from '../capture/capture-writes.ts';
import type { LocalWrite } from '../capture/local-write.ts';
import { entityWrite } from '../orm/entity-write.ts';
import { type EntityColumns, localColumns } from './local-columns.ts';
import type { ChangeType, KnownRecord, Syncable } from './syncable.ts';

/** What it takes to say what of a record is to be written. */
export interface ChangeOf {
  readonly em: EntityManager;
  readonly context: CaptureContext;
  readonly change: ChangeType;
  /** What is written with it: it may be referred to. */
  readonly batch: ReadonlySet<object>;
}

/**
 * The write of a record: all of a new one, of another what is new since it was loaded or synced last. Undefined where nothing
 * is; `missing-reference` where what it refers to has no name. Throws what else keeps it from being written.
 */
export function changeOfRecord(
  { em, context, change, batch }: ChangeOf,
  { record, model, original }: KnownRecord,
): LocalWrite | ShoalError | undefined {
  const type = typeOf(change, original);
  const payload = type === ChangeSetType.UPDATE ? difference(em, record, original!) : record;
  if (type === ChangeSetType.UPDATE && Object.keys(payload).length === 0) return undefined;
  const changed = { type, entity: record, originalEntity: original, payload };
  try {
    const write = entityWrite(context, model, changed as never, batch);
    if (write === undefined || write.kind === 'delete' || write.kind === 'decide') return write;
    const fields =
      type === ChangeSetType.CREATE ? givenFields(write.fields, { record, model }) : write.fields;
    return { ...write, fields, local: localColumns(model, columnsOf(record), payload) };
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'missing-reference') return error;
    throw error;
  }
}

/** The columns of a record's entity. */
export function columnsOf(record: Syncable): EntityColumns {
  return helper(record).__meta.properties as unknown as EntityColumns;
}

function typeOf(change: ChangeType, original: KnownRecord['original']) {
  if (change === 'delete') return ChangeSetType.DELETE;
  return original === undefined ? ChangeSetType.CREATE : ChangeSetType.UPDATE;
}

/** What was changed of a record, by property, as MikroORM would write it. */
function difference(
  em: EntityManager,
  record: object,
  original: Record<string, unknown>,
): Record<string, unknown> {
  const comparator = em.getComparator();
  const { class: entity } = helper(record as Syncable).__meta;
  return comparator.diffEntities(
    entity as never,
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
