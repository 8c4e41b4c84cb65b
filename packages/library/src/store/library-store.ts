import {
  formatVersion,
  type ModelName,
  type Outcome,
  type RecordRef,
  type Registry,
  referencesOf,
  refKey,
  type ViewPlan,
  type ViewReader,
} from '@shoal/core';
import type { SyncedModel } from '../model/sync-model.ts';
import { type KeyMap, keyMap } from './key-map.ts';
import type { Sqlite } from './open-database.ts';
import { type ParkStore, parkStore } from './park-store.ts';
import { type RecordStore, recordStore } from './record-store.ts';
import { type RowStore, rowStore } from './row-store.ts';

/** What changed in the view, for hints and watchers. */
export interface ViewChange {
  readonly ref: RecordRef;
  readonly removed: boolean;
}

/** All prepared access to one library.db: what planning reads and what plans are carried out by. */
export interface LibraryStore {
  readonly db: Sqlite;
  readonly registry: Registry;
  readonly models: ReadonlyMap<string, SyncedModel>;
  readonly records: RecordStore;
  readonly keys: KeyMap;
  readonly parked: ParkStore;
  readonly reader: ViewReader;
  rows(model: ModelName): RowStore;
  /** Carries out a plan, with derived tables (DEP-6). Within a transaction; returns what changed. */
  carryOut(plan: ViewPlan): ViewChange[];
}

/** Prepares a store on an open connection of a migrated library. */
export function libraryStore(options: {
  readonly db: Sqlite;
  readonly registry: Registry;
  readonly models: readonly SyncedModel[];
  readonly wallMs: () => number;
}): LibraryStore {
  const { db, registry } = options;
  const models = new Map(options.models.map((model) => [model.spec.name as string, model]));
  const keys = keyMap(db);
  const records = recordStore(db);
  const parked = parkStore(db, options.wallMs);
  const rowsByModel = new Map(options.models.map((model) => [model.spec.name, rowStore(db, model, keys)]));
  const rows = (model: ModelName) => rowsByModel.get(model)!;

  const reader: ViewReader = {
    record: (ref) => records.get(ref),
    isVisible(ref) {
      const model = models.get(ref.model);
      return model !== undefined && keys.idOf(model.spec.table, ref.id) !== undefined;
    },
    waitingFor: (ref) => parked.waitingFor(ref),
    referringTo(ref) {
      const target = models.get(ref.model);
      const id = target === undefined ? undefined : keys.idOf(target.spec.table, ref.id);
      return id === undefined ? [] : referringToId(options.models, rows, ref.model, id);
    },
    recordsOf: (model) => records.of(model),
    cutFromCircle(model) {
      const spec = registry.get(model);
      if (spec === undefined) return [];
      const fields = referencesOf(spec).filter((field) => field.target === model && field.missing === 'wait');
      return parked.nulledIn(
        model,
        fields.map((field) => field.name),
      );
    },
  };

  return {
    db,
    registry,
    models,
    records,
    keys,
    parked,
    reader,
    rows,
    carryOut(plan) {
      const shownByModel = new Map<ModelName, number[]>();
      for (const outcome of plan.shown) pushTo(shownByModel, outcome.ref.model, showRow(outcome));
      for (const [model, ids] of shownByModel) for (const upkeep of rows(model).upkeep) upkeep.shown(ids);
      for (const outcome of plan.hidden) hideRow(outcome);
      return [
        ...new Map(plan.shown.map(({ ref }) => [refKey(ref), { ref, removed: false }])).values(),
        ...plan.hidden.filter(({ wasVisible }) => wasVisible).map(({ ref }) => ({ ref, removed: true })),
      ];
    },
  };

  function showRow({ ref, row, nulled, stored }: Extract<Outcome, { kind: 'show' }>): number {
    const version = formatVersion(stored.state.version);
    const isThere = reader.isVisible(ref);
    const id = isThere
      ? rows(ref.model).update(ref.id, version, row)
      : rows(ref.model).insert(ref.id, version, row, parked.unpark(ref));
    parked.setNulled(ref, nulled);
    return id;
  }

  function hideRow(outcome: Exclude<Outcome, { kind: 'show' }>): void {
    const { ref } = outcome;
    const model = models.get(ref.model);
    const id = model === undefined ? undefined : keys.idOf(model.spec.table, ref.id);
    if (id !== undefined) for (const upkeep of rows(ref.model).upkeep) upkeep.hiding([id]);
    const kept = id === undefined ? undefined : rows(ref.model).remove(ref.id);
    parked.setNulled(ref, []);
    if (outcome.kind === 'gone') parked.unpark(ref);
    else parked.park(ref, outcome.reason, outcome.waitsFor, kept ?? null);
  }
}

/** Shown records whose reference holds the local id of a record of `target`. */
export function referringToId(
  models: readonly SyncedModel[],
  rows: (model: ModelName) => RowStore,
  target: ModelName,
  id: number,
): RecordRef[] {
  const refs: RecordRef[] = [];
  for (const model of models) {
    for (const { field, column } of model.columns) {
      if (field.kind !== 'reference' || field.target !== target) continue;
      for (const uuid of rows(model.spec.name).referring(column, id))
        refs.push({ model: model.spec.name, id: uuid } as RecordRef);
    }
  }
  return refs;
}

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
