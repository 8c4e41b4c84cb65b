import { type Inspection, inspect } from '@shoal/library/inspect';
import { schemaVersion } from './migrations.ts';

export interface LogContent {
  readonly headSeq: number;
  readonly appliedSeq: number;
  readonly entries: number;
  /** Entries that were found damaged and are not had again (LOG-1). */
  readonly holes: number;
}

/** Looks at a sync.db, also while the log-store writes it; changes nothing. Never throws for what is in the file. */
export function inspectLog(path: string, options: { readonly isDeep: boolean }): Inspection<LogContent> {
  return inspect(path, { known: schemaVersion, isDeep: options.isDeep }, (db) => {
    const log = db.prepare('select head_seq as head, applied_seq as applied from log').get();
    const count = (table: string) =>
      Number(db.prepare(`select count(*) as count from ${table}`).get()?.count);
    return {
      headSeq: Number(log?.head ?? 0),
      appliedSeq: Number(log?.applied ?? 0),
      entries: count('entries'),
      holes: count('holes'),
    };
  });
}
