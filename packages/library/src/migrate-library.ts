import { existsSync } from 'node:fs';
import { isMigrated, type Migration, migrate, requireVersion } from './store/migrate.ts';
import { openForReading, openForWriting } from './store/open-database.ts';

/**
 * Brings library.db up to date; capture's business alone. Throws `version-mismatch` for a file of a newer program, of
 * which nothing is touched: opening it for writing would already move what a killed program left beside it.
 */
export async function migrateLibrary(path: string, migrations: readonly Migration[]): Promise<void> {
  requireKnownVersion(path, migrations);
  const db = openForWriting(path);
  try {
    await migrate(db, migrations);
  } finally {
    db.close();
  }
}

/** Throws `version-mismatch` for a library.db of a newer program; one that is not there is none. */
export function requireKnownVersion(path: string, migrations: readonly Migration[]): void {
  if (!existsSync(path)) return;
  const db = openForReading(path);
  try {
    requireVersion(db, migrations);
  } finally {
    db.close();
  }
}

/** Whether library.db is there and at the version that this program knows. */
export function isLibraryReady(path: string, migrations: readonly Migration[]): boolean {
  if (!existsSync(path)) return false;
  const db = openForReading(path);
  try {
    return isMigrated(db, migrations);
  } finally {
    db.close();
  }
}
