import type { EntitySchema } from '@mikro-orm/core';
import {
  type MergeRule,
  type ModelName,
  type ModelSpec,
  type RecordId,
  ShoalError,
  type Value,
} from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';
import { checkDeclaration } from './check-declaration.ts';
import { type ColumnField, readEntity } from './entity-columns.ts';
import { readUniques, type UniqueDeclaration } from './entity-uniques.ts';

/** What a derived table does when rows of its model change, in the transaction that changes them (DEP-6). */
export interface DerivedTable {
  readonly table: string;
  /** A query of all its rows as they follow from their source, in the order of its columns. */
  readonly select: string;
  /** Prepares the upkeep on a connection. */
  prepare(db: Sqlite): DerivedUpkeep;
}

/** Upkeep by local ids; called after the rows were written. */
export interface DerivedUpkeep {
  shown(ids: readonly number[]): void;
  /** Before the rows go. */
  hiding(ids: readonly number[]): void;
  /** From nothing, with equal result. */
  rebuild(): void;
}

/** Names a record by its natural key, under the library's secret. */
export type DeriveId = (secret: Buffer, fields: ReadonlyMap<string, Value>) => RecordId | null;

/** Whether a record that was never captured is to be synced, by what it says (S0-12). */
export type ShouldSync = (fields: ReadonlyMap<string, Value>) => boolean;

/** The properties of an entity that may be named in its declaration: all but the engine's own. */
export type PropertyOf<Entity> = Exclude<Extract<keyof Entity, string>, 'id' | 'uuid' | 'version'>;

/** What a model says beside its entity; the rest is read from the entity. `Property`: the names of its properties. */
export interface SyncDeclaration<Property extends string = string> {
  /** For good: records and log entries go by it. */
  readonly name: string;
  /** Whose a record is: `shared` by all, the device's that it names, its own, or that of what it belongs to (MRG-5). */
  readonly ownership: ModelSpec['ownership'];
  /** `log`: all devices write it, and what they wrote meets. `state`: its owner alone writes it. */
  readonly strategy: ModelSpec['strategy'];
  /** What is kept together in the log; where it is not given `index` for `state`, `user-metadata` for `log`. */
  readonly domain?: ModelSpec['domain'];
  /** Whether fields merge one by one, which is so where nothing is said, or the row as a whole (MRG-3). */
  readonly granularity?: ModelSpec['granularity'];
  readonly deletes?: ModelSpec['deletes'];
  /** How the name of a record follows from its fields, for models with derived ids; null where a field lacks (MRG-6). */
  readonly deriveId?: DeriveId;
  /** `mixed`: only records for which `deriveId` gives a name have derived ones (MRG-6). */
  readonly ids?: 'derived' | 'mixed';
  /**
   * The gate: a row for which it says no has no UUID and stays on this device until it says yes; for good, from then on
   * (CHG-9). For models with fresh ids and without unique constraints. Where it is not given all is synced.
   */
  readonly shouldSync?: ShouldSync;
  readonly schemaVersion?: number;
  /** By property: the version that brought it, where not all have it (DEP-5). */
  readonly since?: Readonly<Partial<Record<Property, number>>>;
  readonly priority?: number;
  readonly dependsOn?: readonly string[];
  /** The reference whose target is the scope. */
  readonly scope?: Property;
  /** Properties that never leave the device; all others are synced. */
  readonly local?: readonly Property[];
  /** Or the other way: the properties that leave the device; all others stay (S0-10). */
  readonly fields?: readonly Property[];
  /** By reference property: what a missing target means (DEP-2). */
  readonly references?: Readonly<Partial<Record<Property, 'wait' | 'null'>>>;
  /** By property: how values that were written without knowledge of each other become one; else the last writer's (MRG-3). */
  readonly merge?: Readonly<Partial<Record<Property, MergeRule>>>;
  readonly derived?: readonly DerivedTable[];
  /** For every unique constraint of the entity, by its properties: what becomes of records that collide (MRG-7). */
  readonly uniques?: readonly UniqueDeclaration<Property>[];
}

/** A model with its entity, its columns and its place in the engine. */
export interface SyncedModel {
  readonly spec: ModelSpec;
  readonly entity: EntitySchema;
  /** Column and property of each synced field, in the order of the spec's fields. */
  readonly columns: readonly ColumnField[];
  /** Local-only columns: they survive everything that arrives (S3-29). */
  readonly localColumns: readonly string[];
  readonly derived: readonly DerivedTable[];
  readonly deriveId: DeriveId | null;
  readonly shouldSync: ShouldSync | null;
}

/**
 * Declares that an entity syncs: every property but `id`, `uuid`, `version` and the local ones becomes a synced
 * field, named as its column, references without `_id`. What is wrong is said when the registry is made
 * (`invalid-model`): entities may refer to each other in circles, so nothing is read before all are declared.
 */
export function syncModel<Entity>(
  entity: EntitySchema<Entity>,
  declaration: SyncDeclaration<PropertyOf<Entity>>,
): SyncedModel {
  return syncedModel(entity, declaration);
}

function syncedModel(entity: EntitySchema, declaration: SyncDeclaration): SyncedModel {
  let columns: ReturnType<typeof readEntity> | undefined;
  let spec: ModelSpec | undefined;
  const read = () => {
    if (columns === undefined) {
      checkDeclaration(entity, declaration);
      columns = readEntity(entity, declaration);
    }
    return columns;
  };
  return {
    entity,
    derived: declaration.derived ?? [],
    deriveId: declaration.deriveId ?? null,
    shouldSync: declaration.shouldSync ?? null,
    get columns() {
      return read().columns;
    },
    get localColumns() {
      return read().localColumns;
    },
    get spec() {
      spec ??= readSpec(entity, declaration, read());
      return spec;
    },
  };
}

/** By the names of fields, where the declaration has those of properties. */
function namedOwnership(
  ownership: ModelSpec['ownership'],
  named: (property: string) => string,
): ModelSpec['ownership'] {
  if (!('field' in ownership)) return ownership;
  const byName = { ...ownership, field: named(ownership.field) };
  if (byName.kind !== 'through' || byName.otherwise === undefined) return byName;
  return { ...byName, otherwise: named(byName.otherwise) };
}

function readSpec(
  entity: EntitySchema,
  declaration: SyncDeclaration,
  { table, columns }: ReturnType<typeof readEntity>,
): ModelSpec {
  const named = (property: string): string => {
    const column = columns.find((candidate) => candidate.property === property);
    if (column !== undefined) return column.field.name;
    throw new ShoalError(
      'invalid-model',
      `model "${declaration.name}" names the unknown property "${property}"`,
      {
        model: declaration.name,
      },
    );
  };
  const { ownership } = declaration;
  const uniques = readUniques(entity, declaration, columns);
  if (declaration.shouldSync !== undefined && (declaration.deriveId !== undefined || uniques.length > 0)) {
    throw new ShoalError(
      'invalid-model',
      `model "${declaration.name}" has a gate, which rows that are unique or named by what they say cannot have (S0-12)`,
      { model: declaration.name },
    );
  }
  return {
    name: declaration.name as ModelName,
    table,
    domain: declaration.domain ?? (declaration.strategy === 'state' ? 'index' : 'user-metadata'),
    ownership: namedOwnership(ownership, named),
    strategy: declaration.strategy,
    granularity: declaration.granularity ?? 'field',
    deletes: declaration.deletes ?? 'delete-wins',
    ids: declaration.deriveId === undefined ? 'fresh' : (declaration.ids ?? 'derived'),
    schemaVersion: declaration.schemaVersion ?? 1,
    priority: declaration.priority ?? 50,
    fields: columns.map(({ field }) => field),
    dependsOn: (declaration.dependsOn ?? []) as ModelName[],
    uniques,
    scope: declaration.scope === undefined ? null : named(declaration.scope),
  };
}
