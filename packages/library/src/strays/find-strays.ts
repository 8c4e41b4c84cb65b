import { isAlive, planView, type RecordRef, type Value } from '@shoal/core';
import type { ColumnField } from '../model/entity-columns.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import type { LibraryStore } from '../store/library-store.ts';
import { fieldValue, type SqlValue } from '../store/row-store.ts';

/**
 * A row that somebody wrote past the capture, with another tool than this program (S2-32): so other devices have not heard
 * of it, and what arrives next overwrites it.
 */
export type Stray =
  /** Some fields are not what the record says. */
  | { readonly kind: 'changed'; readonly ref: RecordRef; readonly version: string; readonly fields: Fields }
  /** There is no record, or it was deleted. */
  | { readonly kind: 'added'; readonly ref: RecordRef; readonly fields: Fields }
  /** The row is gone, and the record is alive. */
  | { readonly kind: 'removed'; readonly ref: RecordRef };

type Fields = ReadonlyMap<string, Value>;

interface ShownRow {
  readonly uuid: string;
  readonly version: string;
  readonly fields: Fields;
}

/** Compares every row with what its record says; reads only, in one read transaction of the caller. */
export function* findStrays(store: LibraryStore, models: readonly SyncedModel[]): Iterable<Stray> {
  for (const model of models) {
    const name = model.spec.name;
    const seen = new Set<string>();
    for (const row of rowsOf(store, model)) {
      seen.add(row.uuid);
      const stray = judgeRow(store, { model: name, id: row.uuid } as RecordRef, row);
      if (stray !== undefined) yield stray;
    }
    for (const ref of store.records.of(name))
      if (!seen.has(ref.id) && outcomeOf(store, ref)?.kind === 'show') yield { kind: 'removed', ref };
  }
}

function judgeRow(store: LibraryStore, ref: RecordRef, { version, fields }: ShownRow): Stray | undefined {
  const stored = store.records.get(ref);
  const spec = store.registry.require(ref.model);
  if (stored === undefined || !isAlive(spec, stored.state)) return { kind: 'added', ref, fields };
  const outcome = outcomeOf(store, ref);
  // What should not be shown for another record's sake is no business of this one.
  if (outcome?.kind !== 'show') return undefined;
  const changed = [...fields].filter(([name, value]) => !isSame(value, outcome.row.get(name) ?? null));
  return changed.length === 0 ? undefined : { kind: 'changed', ref, version, fields: new Map(changed) };
}

function outcomeOf(store: LibraryStore, ref: RecordRef) {
  const plan = planView(store.registry, store.reader, [{ ref, before: store.records.get(ref) }]);
  const isIt = (each: { readonly ref: RecordRef }) => each.ref.id === ref.id && each.ref.model === ref.model;
  return plan.shown.findLast(isIt) ?? plan.hidden.findLast(isIt);
}

/** References as UUIDs; one to a row without a UUID says nothing that could be compared. */
function* rowsOf({ db }: LibraryStore, { spec, columns }: SyncedModel): Iterable<ShownRow> {
  const selected = columns.map(({ column, targetTable }) =>
    targetTable === null
      ? `t.${column}`
      : `t.${column}, (select uuid from ${targetTable} r where r.id = t.${column})`,
  );
  const select = ['t.uuid', 't.version', ...selected].join(', ');
  const rows = db.prepare<[], SqlValue[]>(
    `select ${select} from ${spec.table} t where t.uuid is not null order by t.uuid`,
  );
  for (const [uuid, version, ...values] of rows.raw().all())
    yield { uuid: String(uuid), version: String(version), fields: fieldsOf(columns, values) };
}

function fieldsOf(columns: readonly ColumnField[], values: readonly SqlValue[]): Fields {
  const fields = new Map<string, Value>();
  let at = 0;
  for (const column of columns) {
    const value = values[at++] ?? null;
    if (column.targetTable === null) {
      fields.set(column.field.name, fieldValue(column, value));
      continue;
    }
    const uuid = values[at++] ?? null;
    if (value === null || uuid !== null) fields.set(column.field.name, uuid);
  }
  return fields;
}

function isSame(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
