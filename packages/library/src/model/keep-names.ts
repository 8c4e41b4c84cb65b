import { ShoalError } from '@shoal/core';
import type { Sqlite } from '../store/open-database.ts';
import type { SyncedModel } from './sync-model.ts';

/**
 * Refuses a model that has the table of another: its records, log entries and parked references go by the name that it
 * had (S0-09). Notes the names of tables that are new. Throws `invalid-model`, naming both.
 */
export function keepNames(db: Sqlite, models: readonly SyncedModel[]): void {
  const nameOf = db.prepare<[string], string>('select value from shoal_meta where key = ?').pluck();
  const fresh: [string, string][] = [];
  for (const { spec } of models) {
    const key = `model:${spec.table}`;
    const noted = nameOf.get(key) as string | undefined;
    if (noted === spec.name) continue;
    if (noted === undefined) fresh.push([key, spec.name]);
    else {
      throw new ShoalError(
        'invalid-model',
        `model "${spec.name}" has the table ${spec.table} of the model "${noted}"; a model keeps its name (S0-09)`,
        { model: spec.name },
      );
    }
  }
  if (fresh.length === 0) return;
  const note = db.prepare('insert or ignore into shoal_meta (key, value) values (?, ?)');
  db.transaction(() => {
    for (const name of fresh) note.run(...name);
  }).immediate();
}
