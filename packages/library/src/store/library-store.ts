import {
  formatVersion,
  type ModelName,
  type Outcome,
  type RecordRef,
  RefMap,
  type Registry,
  referencesOf,
  type ShowOutcome,
  type ViewPlan,
  type ViewReader,
} from '@shoal/core';
import { checkColumns } from '../model/check-columns.ts';
import { checkConstraints } from '../model/check-constraints.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import { changeStore } from './change-store.ts';
import { type JournalStore, journalStore } from './journal-store.ts';
import { type KeyMap, keyMap } from './key-map.ts';
import type { Sqlite } from './open-database.ts';
import { type ParkStore, parkStore } from './park-store.ts';
import { type RecordStore, recordStore } from './record-store.ts';
import { type LocalColumns, type OwnColumns, type RowStore, rowStore } from './row-store.ts';
import { uniqueStore } from './unique-store.ts';

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
  readonly journal: JournalStore;
  readonly reader: ViewReader;
  rows(model: ModelName): RowStore;
  /** Looks the local keys of many records up at once, for what follows within this transaction. */
  loadKeys(refs: Iterable<RecordRef>): void;
  /**
   * Carries out a plan, with derived tables (DEP-6). Within a transaction; returns what changed. Of `local` it writes
   * what is of rows that are new, and takes that out.
   */
  carryOut(plan: ViewPlan, local?: RefMap<LocalColumns>): ViewChange[];
}

/** Prepares a store on an open connection of a migrated library. Throws as `checkConstraints`. */
export function libraryStore(options: {
  readonly db: Sqlite;
  readonly registry: Registry;
  readonly models: readonly SyncedModel[];
  readonly wallMs: () => number;
}): LibraryStore {
  const { db, registry } = options;
  checkColumns(db, options.models);
  checkConstraints(db, options.models);
  const models = new Map(options.models.map((model) => [model.spec.name as string, model]));
  const keys = keyMap(db);
  const records = recordStore(db);
  const parked = parkStore(db, options.wallMs);
  const journal = journalStore(db, options.wallMs);
  const uniques = uniqueStore(db);
  const noted = changeStore({
    db,
    tableOf: (model) => models.get(model)?.spec.table,
    stored: (ref) => records.get(ref),
    wallMs: options.wallMs,
  });
  const rowsByModel = new Map(options.models.map((model) => [model.spec.name, rowStore(db, model, keys)]));
  const rows = (model: ModelName) => rowsByModel.get(model)!;
  const isUnique = (model: ModelName) => models.get(model)?.spec.uniques.length;

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
    uniqueValuesOf: uniques.valuesOf,
    sharing: uniques.sharing,
  };

  return {
    db,
    registry,
    models,
    records,
    keys,
    parked,
    journal,
    reader,
    rows,
    loadKeys(refs) {
      const uuidsByModel = new Map<ModelName, string[]>();
      for (const { model, id } of refs) pushTo(uuidsByModel, model, id);
      for (const [model, uuids] of uuidsByModel) {
        const table = models.get(model)?.spec.table;
        if (table !== undefined) keys.loadUuids(table, uuids);
      }
    },
    carryOut(plan, local) {
      const news = noted.plan(plan);
      stepAside(plan);
      const shownByModel = new Map<ModelName, number[]>();
      for (const outcome of plan.shown) pushTo(shownByModel, outcome.ref.model, showRow(outcome, local));
      for (const [model, ids] of shownByModel) for (const upkeep of rows(model).upkeep) upkeep.shown(ids);
      for (const outcome of plan.hidden) hideRow(outcome);
      for (const change of plan.uniqueValues) uniques.set(change);
      noted.add(news);
      return changesOf(plan);
    },
  };

  /**
   * Rows that change or go let go of their unique values first, so that they can swap them (MRG-7): SQLite looks at
   * each statement, not at the transaction. A row by itself can be in nobody's way.
   */
  function stepAside({ shown, hidden }: ViewPlan): void {
    const refs: RecordRef[] = [];
    for (const { ref } of shown) if (isUnique(ref.model)) refs.push(ref);
    for (const { ref } of hidden) if (isUnique(ref.model)) refs.push(ref);
    if (refs.length > 1) for (const ref of refs) rows(ref.model).stepAside(ref.id);
  }

  function showRow(
    { ref, row, nulled, stored, wasVisible }: ShowOutcome,
    local: RefMap<LocalColumns> | undefined,
  ): number {
    const version = formatVersion(stored.state.version);
    const { update, insert } = rows(ref.model);
    // An entity that was removed on a stale read, and outlived it, has lost its row to the unit of work.
    const updated = wasVisible ? update(ref.id, version, row) : undefined;
    const id = updated ?? insert(ref.id, version, row, parked.unpark(ref) ?? takeOwn(local, ref));
    parked.setNulled(ref, nulled);
    return id;
  }

  function hideRow(outcome: Exclude<Outcome, { kind: 'show' }>): void {
    const { ref } = outcome;
    const model = models.get(ref.model);
    const id = model === undefined ? undefined : keys.idOf(model.spec.table, ref.id);
    if (id !== undefined) {
      for (const upkeep of rows(ref.model).upkeep) upkeep.hiding([id]);
      releaseUnready(options.models, rows, ref.model, id);
    }
    const kept = id === undefined ? undefined : rows(ref.model).remove(ref.id);
    parked.setNulled(ref, []);
    if (outcome.kind === 'gone') parked.unpark(ref);
    else parked.park(ref, outcome.reason, outcome.waitsFor, kept ?? null);
  }
}

function takeOwn(localByRef: RefMap<LocalColumns> | undefined, ref: RecordRef): OwnColumns | null {
  const local = localByRef?.get(ref);
  if (local === undefined) return null;
  localByRef!.delete(ref);
  return { local };
}

/** Each record once: one that is shown may be listed twice. */
function changesOf({ shown, hidden }: ViewPlan): ViewChange[] {
  const changes: ViewChange[] = [];
  const isTold = new RefMap<true>();
  for (const { ref } of shown) {
    if (isTold.has(ref)) continue;
    isTold.set(ref, true);
    changes.push({ ref, removed: false });
  }
  for (const { ref, wasVisible } of hidden) if (wasVisible) changes.push({ ref, removed: true });
  return changes;
}

/** Shown records whose reference holds the local id of a record of `target`. */
function referringToId(
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

/**
 * Rows that are not ready to sync are planned by nobody, and must not hold on to a row that goes: what requires it
 * goes with it, the rest lets go.
 */
function releaseUnready(
  models: readonly SyncedModel[],
  rows: (model: ModelName) => RowStore,
  target: ModelName,
  id: number,
): void {
  const going = [{ target, id }];
  for (let at = going.pop(); at !== undefined; at = going.pop()) {
    for (const model of models) {
      const { spec } = model;
      for (const { field, column } of model.columns) {
        if (field.kind !== 'reference' || field.target !== at.target) continue;
        if (field.missing === 'null') rows(spec.name).clearUnready(column, at.id);
        else {
          for (const unready of rows(spec.name).referringUnready(column, at.id))
            going.push({ target: spec.name, id: unready });
        }
      }
    }
    if (at.id !== id || at.target !== target) rows(at.target).removeUnready(at.id);
  }
}

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
