import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { createRegistry, ShoalError } from '@shoal/core';
import { compareDerived, type DerivedDifference } from '../derived/compare-derived.ts';
import type { SyncedModel } from '../model/sync-model.ts';
import { type LibraryStore, libraryStore } from '../store/library-store.ts';
import type { Migration } from '../store/migrate.ts';
import { findStrays, type Stray } from '../strays/find-strays.ts';
import { checkFile, type FileCheck, openForInspection, schemaVersionOf } from './open-for-inspection.ts';
import { readingConnection } from './reading-connection.ts';

/** What can be seen of a database without a service; what waits is there only where the schema is known. */
export type Inspection<Content> =
  | { readonly kind: 'none' }
  /** No database, or one that SQLite cannot read. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  | {
      readonly kind: 'read';
      readonly version: number;
      /** The version that this program knows. */
      readonly known: number;
      readonly file: FileCheck;
      readonly content: Content | null;
    };

/** What waits, and for how long; times in Unix ms. */
export interface Waiting {
  readonly count: number;
  readonly oldestMs: number | null;
}

export interface LibraryContent {
  readonly outbox: Waiting;
  readonly parked: readonly (Waiting & { readonly reason: string })[];
  readonly quarantine: Waiting;
  /** The latest stamp of this device. */
  readonly clockMs: number;
  /** Null: the file is so large that they were not compared. */
  readonly derived: readonly DerivedDifference[] | null;
  /** Rows that were written past the capture (S2-32). Null: not compared, as there are many, or the models do not fit. */
  readonly strays: readonly StrayCount[] | null;
}

/** Rows of one model that were changed, added or removed by another program. */
export interface StrayCount {
  readonly model: string;
  readonly kind: Stray['kind'];
  readonly count: number;
}

export interface InspectLibraryOptions {
  readonly models: readonly SyncedModel[];
  readonly migrations: readonly Migration[];
  /** Takes the time that it takes. */
  readonly isDeep: boolean;
}

/** Looks at a library.db, also while services write it; changes nothing. Never throws for what is in the file. */
export function inspectLibrary(path: string, options: InspectLibraryOptions): Inspection<LibraryContent> {
  const known = options.migrations.length;
  return inspect(path, { known, isDeep: options.isDeep }, (db, file) => ({
    outbox: waitingIn(db, 'select count(*) as count, min(wall_ms) as oldestMs from shoal_outbox'),
    parked: db
      .prepare(
        'select reason, count(*) as count, min(since_ms) as oldestMs from shoal_parked group by reason order by reason',
      )
      .all()
      .map(({ reason, count, oldestMs }) => ({ reason: String(reason), ...waiting({ count, oldestMs }) })),
    quarantine: waitingIn(
      db,
      'select count(*) as count, min(since_ms) as oldestMs from shoal_quarantine where discarded_ms is null',
    ),
    clockMs: Number(db.prepare('select ms from shoal_clock').get()?.ms ?? 0),
    derived: file.problems === null ? null : compareDerived(db, options.models),
    strays: countStrays(db, options),
  }));
}

/** Looks at any database of ours: version, file, and then what `read` finds in one of the known version. */
export function inspect<Content>(
  path: string,
  { known, isDeep }: { readonly known: number; readonly isDeep: boolean },
  read: (db: DatabaseSync, file: FileCheck) => Content,
): Inspection<Content> {
  if (!existsSync(path)) return { kind: 'none' };
  let db: DatabaseSync | undefined;
  try {
    db = openForInspection(path);
    // One moment for all that is read.
    db.exec('begin');
    const version = schemaVersionOf(db);
    const file = checkFile(db, path, isDeep);
    const isWhole = file.problems === null || file.problems.length === 0;
    const content = isWhole && version === known ? read(db, file) : null;
    return { kind: 'read', version, known, file, content };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    db?.close();
  }
}

/** Records that are compared without being asked for more: a second or two. */
const comparedMax = 20_000;

function countStrays(db: DatabaseSync, { models, isDeep }: InspectLibraryOptions): StrayCount[] | null {
  const { count } = db.prepare('select count(*) as count from shoal_records').get() ?? {};
  if (!isDeep && Number(count) > comparedMax) return null;
  const store = storeOf(db, models);
  if (store === null) return null;
  const counts = new Map<string, StrayCount>();
  for (const { ref, kind } of findStrays(store, models)) {
    const key = `${ref.model} ${kind}`;
    counts.set(key, { model: ref.model, kind, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** Null where the models do not fit the tables: that is told where the library is opened. */
function storeOf(db: DatabaseSync, models: readonly SyncedModel[]): LibraryStore | null {
  try {
    const registry = createRegistry(models.map(({ spec }) => spec));
    return libraryStore({ db: readingConnection(db), registry, models, wallMs: Date.now });
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'invalid-model') return null;
    throw error;
  }
}

function waitingIn(db: DatabaseSync, sql: string): Waiting {
  return waiting(db.prepare(sql).get() ?? {});
}

function waiting({ count, oldestMs }: Readonly<Record<string, unknown>>): Waiting {
  return { count: Number(count ?? 0), oldestMs: typeof oldestMs === 'number' ? oldestMs : null };
}
