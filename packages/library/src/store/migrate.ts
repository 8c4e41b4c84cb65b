import { ShoalError } from '@shoal/core';
import type { Sqlite } from './open-database.ts';
import { inTransaction } from './write-lock.ts';

/** One step of the schema, written by hand; never edited after a release. */
export interface Migration {
  /** For good: what a file has behind it is known by the names of its steps. */
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings library.db up to date: the steps that it has not had, in their order, each in a transaction of its own. They go
 * by their names, so that the engine's steps and those of own models grow independently; `user_version` counts them.
 * Capture's business alone; others wait for it. A newer file throws `version-mismatch`, a step that SQLite refuses
 * `invalid-model`, naming it.
 */
export async function migrate(db: Sqlite, migrations: readonly Migration[]): Promise<void> {
  requireVersion(db, migrations);
  while (nextStep(db, migrations) !== undefined) await inTransaction(db, () => migrateOnce(db, migrations));
  requireVersion(db, migrations);
}

/** Takes the next step, within a transaction where others may write the file; false where there is none. */
export function migrateOnce(db: Sqlite, migrations: readonly Migration[]): boolean {
  const step = nextStep(db, migrations);
  if (step === undefined) return false;
  runStep(db, step);
  db.exec('create table if not exists shoal_migrations (name text primary key) without rowid');
  db.prepare('insert into shoal_migrations (name) values (?)').run(step.name);
  db.pragma(`user_version = ${schemaVersion(db) + 1}`);
  return true;
}

/** Whether the file has had all steps that this program knows; a newer one throws `version-mismatch`. */
export function isMigrated(db: Sqlite, migrations: readonly Migration[]): boolean {
  requireVersion(db, migrations);
  return nextStep(db, migrations) === undefined;
}

/** Throws `version-mismatch` for a file that a newer program migrated. Reads only: nothing of the file changes. */
export function requireVersion(db: Sqlite, migrations: readonly Migration[]): void {
  const found = schemaVersion(db);
  if (found > migrations.length) {
    throw new ShoalError(
      'version-mismatch',
      `${db.name} is at version ${found}, made by a newer Shoal; this one knows ${migrations.length}: update it`,
    );
  }
  const known = new Set(migrations.map(({ name }) => name));
  const foreign = stepsOf(db).find((name) => !known.has(name));
  if (foreign === undefined) return;
  throw new ShoalError(
    'version-mismatch',
    `${db.name} has had the step "${foreign}", which nobody here knows: update Shoal, or give it back the models that have this migration`,
  );
}

function runStep(db: Sqlite, { name, sql }: Migration): void {
  try {
    db.exec(sql);
  } catch (error) {
    // What has a code of its own is no fault of the step: a full disk, a file that is held.
    if (!isRefusal(error)) throw error;
    throw new ShoalError('invalid-model', `the migration "${name}" fails: ${error.message}`, {}, error);
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_ERROR';
}

function nextStep(db: Sqlite, migrations: readonly Migration[]): Migration | undefined {
  const done = new Set(stepsOf(db));
  return migrations.find(({ name }) => !done.has(name));
}

function stepsOf(db: Sqlite): readonly string[] {
  const isThere = db.prepare("select 1 from sqlite_master where name = 'shoal_migrations'").get();
  if (isThere === undefined) return [];
  return db.prepare<[], string>('select name from shoal_migrations order by name').pluck().all();
}

function schemaVersion(db: Sqlite): number {
  return Number(db.pragma('user_version', { simple: true }));
}
