import { ShoalError } from '@shoal/core';
import type { Sqlite } from './open-database.ts';
import { inTransaction } from './write-lock.ts';

/** One step of the schema, written by hand; never edited after a release. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings library.db up to the last migration, each in a transaction of its own; `user_version` counts them.
 * Capture's business alone; others wait for the version. A newer file throws `version-mismatch`.
 */
export async function migrate(db: Sqlite, migrations: readonly Migration[]): Promise<void> {
  for (let version = schemaVersion(db); version < migrations.length; version = schemaVersion(db)) {
    await inTransaction(db, () => {
      const at = schemaVersion(db);
      const migration = migrations[at];
      if (migration === undefined) return;
      db.exec(migration.sql);
      db.pragma(`user_version = ${at + 1}`);
    });
  }
  requireVersion(db, migrations);
}

/** Whether the file is at the version that this program knows; a newer one throws `version-mismatch`. */
export function isMigrated(db: Sqlite, migrations: readonly Migration[]): boolean {
  if (schemaVersion(db) < migrations.length) return false;
  requireVersion(db, migrations);
  return true;
}

/** Throws `version-mismatch` for a file that a newer program migrated. Reads only: nothing of the file changes. */
export function requireVersion(db: Sqlite, migrations: readonly Migration[]): void {
  const found = schemaVersion(db);
  if (found <= migrations.length) return;
  throw new ShoalError(
    'version-mismatch',
    `${db.name} is at version ${found}, made by a newer Shoal; this one knows ${migrations.length}: update it`,
  );
}

function schemaVersion(db: Sqlite): number {
  return Number(db.pragma('user_version', { simple: true }));
}
