import type { EntitySchema } from '@mikro-orm/core';
import { createRegistry, type Registry, ShoalError } from '@shoal/core';
import type { Migration, SyncedModel } from '@shoal/library';
import { deviceMigrations, migrations as domainMigrations } from './migrations.ts';
import { deviceModels, localEntities as domainLocalEntities, models as domainModels } from './registry.ts';

/** What a models module says: `export default defineModels({ … })`. */
export interface ModelsDeclaration {
  /** Own models, each made by `syncModel`; in any order. */
  readonly models: readonly SyncedModel[];
  /** What makes and changes their tables: steps that are only ever added to, behind those of the built-in models. */
  readonly migrations: readonly Migration[];
  /** Entities beside them that never sync (S0-28). */
  readonly localEntities?: readonly EntitySchema[];
  /**
   * Which built-in models stand beside them: `all` (where nothing is said) is a library of files with its tags and albums;
   * `devices` those alone that every library has, and then no folder is indexed.
   */
  readonly builtIn?: 'all' | 'devices';
}

/** All that a program has to know of models to open a library; plain values, for whoever opens one by hand, too. */
export interface ModelSet {
  readonly models: readonly SyncedModel[];
  readonly migrations: readonly Migration[];
  readonly localEntities: readonly EntitySchema[];
  readonly registry: Registry;
  /** Whether files are among them, so that folders can be indexed. */
  readonly hasFiles: boolean;
}

/** What `defineModels` made is known by it, also by another copy of this package. */
const mark = Symbol.for('@shoal/models');
const reservedPrefix = 'shoal-';

/**
 * Own models beside the built-in ones, checked against themselves and each other. Throws `invalid-model`, naming what
 * contradicts what, and what to write instead.
 */
export function defineModels(declaration: ModelsDeclaration): ModelSet {
  requireLists(declaration);
  const hasFiles = (declaration.builtIn ?? 'all') === 'all';
  const models = [...(hasFiles ? domainModels : deviceModels), ...declaration.models];
  const registry = createRegistry(models.map(({ spec }) => spec));
  requireOwnTables(models);
  requireOwnNames(declaration.migrations);
  const set: ModelSet = {
    models,
    migrations: [...(hasFiles ? domainMigrations : deviceMigrations), ...declaration.migrations],
    localEntities: [...(hasFiles ? domainLocalEntities : []), ...(declaration.localEntities ?? [])],
    registry,
    hasFiles,
  };
  return Object.assign(set, { [mark]: true });
}

/** Whether a value was made by `defineModels`. */
export function isModelSet(value: unknown): value is ModelSet {
  return typeof value === 'object' && value !== null && mark in value;
}

/** A module in JavaScript was compiled by nobody. */
function requireLists({ models, migrations, builtIn }: ModelsDeclaration): void {
  if (!Array.isArray(models) || !models.every((model) => typeof model?.spec === 'object')) {
    refuse(
      '"models": expected a list of what syncModel returns; write models: [syncModel(NoteEntity, { … })]',
    );
  }
  const isStep = (step: Partial<Migration> | null) =>
    typeof step?.name === 'string' && typeof step.sql === 'string';
  if (!Array.isArray(migrations) || !migrations.every(isStep)) {
    refuse(
      "\"migrations\": expected a list of steps; write migrations: [{ name: '0001-notes', sql: 'create table …' }]",
    );
  }
  if (builtIn !== undefined && builtIn !== 'all' && builtIn !== 'devices') {
    refuse('"builtIn": expected all or devices');
  }
}

/** The records of a model are told by its table: two models of one table would each take the other's. */
function requireOwnTables(models: readonly SyncedModel[]): void {
  const modelByTable = new Map<string, string>();
  for (const { spec } of models) {
    const other = modelByTable.get(spec.table);
    if (other !== undefined) {
      refuse(
        `model "${spec.name}" has the table ${spec.table} of the model "${other}"; give its entity another tableName`,
      );
    }
    modelByTable.set(spec.table, spec.name);
  }
}

function requireOwnNames(migrations: readonly Migration[]): void {
  const names = migrations.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    refuse(`the migration "${twice}" is there twice; give each step a name of its own`);
  const reserved = names.find((name) => name.startsWith(reservedPrefix));
  if (reserved !== undefined) {
    refuse(
      `the migration "${reserved}" has a name of the built-in models; begin it otherwise than with ${reservedPrefix}`,
    );
  }
}

function refuse(message: string): never {
  throw new ShoalError('invalid-model', message);
}
