import { existsSync } from 'node:fs';
import { isMigrated, type Migration, migrate } from './store/migrate.ts';
import { openForReading, openForWriting } from './store/open-database.ts';

/** Brings library.db up to date; capture's business alone. */
export async function migrateLibrary(path: string, migrations: readonly Migration[]): Promise<void> {
  const db = openForWriting(path);
  try {
    await migrate(db, migrations);
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
