import { type ChangeSet, ChangeSetType, helper, Reference } from '@mikro-orm/core';
import { parseVersion, partedFieldsOf, type RecordRef, ShoalError, type Value } from '@shoal/core';
import type { CaptureContext } from '../capture/capture-writes.ts';
import type { LocalWrite } from '../capture/local-write.ts';
import type { SyncedModel } from '../model/sync-model.ts';

type Row = Record<string, unknown>;

/** What is read of a change of an entity. */
export type EntityChange = Pick<ChangeSet<Row>, 'type' | 'entity' | 'originalEntity' | 'payload'>;

/**
 * The write that a change of an entity is; undefined for a row without UUID, which is not ready to sync (CHG-9). The
 * version that the entity was loaded with says what the write has seen (MRG-1). Throws `missing-reference` for a
 * reference to what has no name and is not in the same `batch`, `invalid-argument` for another UUID than the record was captured under.
 */
export function entityWrite(
  { store }: CaptureContext,
  model: SyncedModel,
  { type, entity, originalEntity, payload }: EntityChange,
  batch: ReadonlySet<object> = new Set(),
): LocalWrite | undefined {
  const original = originalEntity as Row | undefined;
  const uuidBefore = original?.uuid;
  const uuid = entity.uuid ?? uuidBefore;
  if (typeof uuid !== 'string') {
    // Nobody would judge its values against those of others, and what arrives could not be written beside it.
    if (model.spec.uniques.length > 0) refuseNameless(model);
    return undefined;
  }
  if (typeof uuidBefore === 'string' && entity.uuid !== uuidBefore) refuseRename(model, uuidBefore);
  const ref = { model: model.spec.name, id: uuid } as RecordRef;
  const seen = parseVersion(String(original?.version ?? ''));
  if (type === ChangeSetType.DELETE || type === ChangeSetType.DELETE_EARLY) {
    // The row is gone; what refers to it is found by its local id.
    store.keys.set(model.spec.table, uuid, Number(entity.id));
    return { kind: 'delete', ref, seen };
  }
  const isNew = type === ChangeSetType.CREATE || store.records.version(ref) === undefined;
  const columns = isNew ? model.columns : model.columns.filter(({ property }) => property in payload);
  const fields = new Map(
    columns.map((column) => [column.field.name, fieldOf(store, model, entity, { column, batch })]),
  );
  if (isNew) return { kind: 'replace', ref, fields, seen: null };
  const shown = shownParts(model, fields, original);
  return { kind: 'put', ref, fields, seen, ...(shown.size === 0 ? {} : { shown }) };
}

function fieldOf(
  { keys }: CaptureContext['store'],
  model: SyncedModel,
  entity: Row,
  { column, batch }: { readonly column: SyncedModel['columns'][number]; readonly batch: ReadonlySet<object> },
): Value {
  const { field, property, targetTable } = column;
  const value = entity[property];
  if (value === undefined || value === null) return null;
  if (targetTable === null) return field.kind === 'json' ? JSON.stringify(value) : (value as Value);
  const target = Reference.unwrapReference(value as object) as Row;
  const id = helper(target).getPrimaryKey();
  if (id !== undefined && id !== null) {
    return keys.uuidOf(targetTable, Number(id)) ?? refuseUnready(model, field.name);
  }
  // What is written in the same batch has a name, and no local id yet.
  const { uuid } = target;
  const isThere =
    typeof uuid === 'string' && (batch.has(target) || keys.idOf(targetTable, uuid) !== undefined);
  return isThere ? uuid : refuseUnready(model, field.name);
}

/** What the entity was loaded with of those fields in which the difference is written (MRG-3). */
function shownParts(
  { spec, columns }: SyncedModel,
  fields: ReadonlyMap<string, Value>,
  loaded: Row | undefined,
): Map<string, Value> {
  const parted = partedFieldsOf(spec).filter(({ name }) => fields.has(name));
  const shown = new Map<string, Value>();
  for (const { name, kind } of parted) {
    const { property } = columns.find(({ field }) => field.name === name)!;
    const value = loaded?.[property];
    if (value === undefined || value === null) continue;
    shown.set(name, kind === 'json' && typeof value !== 'string' ? JSON.stringify(value) : (value as Value));
  }
  return shown;
}

/** Where values are unique no row waits until it is ready to sync (MRG-7). */
function refuseNameless({ spec }: SyncedModel): never {
  throw new ShoalError(
    'invalid-argument',
    `"uuid" of ${spec.name}: a row of a model with unique values needs a UUID from the start`,
    { model: spec.name, field: 'uuid' },
  );
}

/** A record keeps its name: on other devices the old one would stay for ever. */
function refuseRename({ spec }: SyncedModel, uuid: string): never {
  throw new ShoalError(
    'invalid-argument',
    `"uuid" of ${spec.name}: a record that was captured keeps its UUID`,
    {
      model: spec.name,
      record: uuid,
      field: 'uuid',
    },
  );
}

/** A reference to what is not ready to sync has no name that could travel; it is never sent as null. */
function refuseUnready({ spec }: SyncedModel, field: string): never {
  throw new ShoalError(
    'missing-reference',
    `"${field}" of ${spec.name} points to a row that is not ready to sync`,
    { model: spec.name, field },
  );
}
