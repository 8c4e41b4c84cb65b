import { createRegistry } from '@shoal/core';
import Database from 'better-sqlite3';
import { libraryStore } from '../store/library-store.ts';
import { type Migration, migrateOnce } from '../store/migrate.ts';
import type { SyncedModel } from './sync-model.ts';

/**
 * Opens a library of these models in memory, with all their migrations, and lets it go: what would be refused at the
 * opening of one on disk is refused here, before anything of it is touched. Throws `invalid-model`.
 */
export function tryModels(options: {
  readonly models: readonly SyncedModel[];
  readonly migrations: readonly Migration[];
}): void {
  const { models, migrations } = options;
  const registry = createRegistry(models.map(({ spec }) => spec));
  const db = new Database(':memory:');
  try {
    while (migrateOnce(db, migrations));
    libraryStore({ db, registry, models, wallMs: () => 0 });
  } finally {
    db.close();
  }
}
