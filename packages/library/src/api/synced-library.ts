import type { EntityManager, EntitySchema } from '@mikro-orm/core';
import { limits, ShoalError } from '@shoal/core';
import { forcedWrites } from '../capture/force-records.ts';
import type { LibraryOptions } from '../library-options.ts';
import { type EntityReading, openEntitiesForReading } from '../orm/open-entities-for-reading.ts';
import { openCapturingManager, type TransactionManager } from '../orm/transaction-manager.ts';
import { type LibraryReader, openLibraryReader } from '../read/library-reader.ts';
import type { KeyLookups } from '../store/key-map.ts';
import type { ViewChange } from '../store/library-store.ts';
import { changeFeed } from './change-feed.ts';
import { liveQuery } from './live-query.ts';
import { retrySkipped } from './retry-skipped.ts';
import { type SkippedRow, skippedStore } from './skipped-store.ts';
import { recordSyncer, type Synced } from './sync-records.ts';
import { type ChangeType, recogniser, type Syncable } from './syncable.ts';
import { recordWatch, type Watch } from './watch-records.ts';

export interface SyncedLibraryOptions extends LibraryOptions {
  /** Records of one batch, where a call does not say; 1,000 (S2-54). */
  readonly batchSize?: number;
  /** Hears of each commit of this opening that changed the view. */
  readonly onChanges?: (changes: readonly ViewChange[]) => void;
  /** Hears of each record that could not be named, to warn of it (S2-56). */
  readonly onSkipped?: (skipped: Synced['skipped']) => void;
}

/**
 * A library as an application holds it: entities, the calls that sync, reading. It needs no call to sync: what an entity
 * manager flushes is captured (S0-04). The three calls write for those who would rather say it, and in bulk at several
 * times the speed; each resolves when it is committed, and what is captured already gives no second entry.
 */
export interface SyncedLibrary extends Pick<TransactionManager, 'fork' | 'transactional' | 'withoutSync'> {
  readonly reader: LibraryReader;
  /**
   * Writes one record that refers to no other. Throws `invalid-argument` for one that does (`syncModelWithDb` takes it),
   * and within a transaction, which it would wait for.
   */
  syncModel<T extends Syncable>(record: T, change: ChangeType): Promise<Synced>;
  /** Writes one record, in the transaction that `em` is in, or in one of its own. References become UUIDs (S2-07). */
  syncModelWithDb<T extends Syncable>(record: T, change: ChangeType, em: EntityManager): Promise<Synced>;
  /**
   * Writes many records, `batchSize` in a transaction, or all in the one that `em` is in. What cannot be named is skipped,
   * the rest goes on (S2-56). A batch that fails throws; those before it stay. Nothing to write is nothing to do.
   */
  syncModelsBatch<T extends Syncable>(
    records: readonly T[],
    change: ChangeType,
    em: EntityManager,
    options?: { readonly batchSize?: number },
  ): Promise<Synced>;
  /** Captures records as they are stored, whole, although nothing changed (S0-56). Throws `not-found`, `not-owner`. */
  forceRecord<T extends Syncable>(record: T | readonly T[]): Promise<void>;
  /** Records that wait until they can be named, the oldest first, behind the id `after`. */
  skipped(page?: { readonly after?: number; readonly limit?: number }): readonly SkippedRow[];
  /** Syncs what can be named now; runs by itself after each commit. Answers how many. */
  retrySkipped(): Promise<number>;
  /**
   * What changes of a model, here, in other processes of this device and on others, as an endless list: with which
   * properties, and whose. The first item is a gap: who reads after it misses nothing. `filter` leaves changes out.
   */
  readonly watch: Watch;
  /**
   * Results of `run`, again whenever one of these models has changed. It reads what is committed, on a connection of its own.
   */
  liveQuery<T>(
    entities: readonly EntitySchema[],
    run: (em: EntityManager) => Promise<T>,
    options?: { readonly signal?: AbortSignal },
  ): AsyncGenerator<T>;
  /** How often the local key of a record was known, and how often it was looked up, since the opening (S2-52). */
  keyLookups(): KeyLookups;
  /** Another process says that something changed: who watches looks at once, not at the next tick. */
  look(): void;
  close(): Promise<void>;
}

/** Opens a migrated library for an application; throws as `openTransactionManager`. */
export async function openSyncedLibrary(options: SyncedLibraryOptions): Promise<SyncedLibrary> {
  const defaultSize = checkedSize(options.batchSize ?? limits.syncBatchRecords);
  let isClosing = false;
  let hasSkipped = false;
  const manager = await openCapturingManager(options, (changes) => {
    options.onChanges?.(changes);
    feed.look();
    if (!isClosing && hasSkipped) retrySoon();
  });
  const { context } = manager;
  const reader = openLibraryReader(options.path, options.models);
  const feed = changeFeed({ path: options.path, db: context.store.db, wallMs: context.wallMs });
  let reading: Promise<EntityReading> | undefined;
  const readEntities = () => {
    reading ??= openEntitiesForReading(options);
    return reading;
  };
  const known = recogniser(options.models);
  const skipped = skippedStore(context.store.db);
  const syncRecords = recordSyncer({
    recogniser: known,
    skipped,
    capture: manager.captureHere,
    whenUndone: manager.whenUndone,
    isLocal: manager.isLocal,
    wallMs: context.wallMs,
    store: context.store,
  });
  const retryOnce = retrySkipped({ manager, skipped, models: options.models });
  // Others may have left some; from then on they are this process's to know.
  hasSkipped = skipped.count() > 0;
  let retrying: Promise<number> = Promise.resolve(0);
  // One after the other: what one names, the next may need.
  const retry = () => {
    retrying = retrying.then(retryOnce, retryOnce);
    return retrying;
  };
  // What fails is tried again after the next commit.
  const retrySoon = () => void retry().catch(() => 0);

  async function syncAll(
    records: readonly Syncable[],
    change: ChangeType,
    em: EntityManager,
    size: number,
  ): Promise<Synced> {
    requireOwn(em);
    if (records.length === 0) return { captured: 0, skipped: [] };
    await flushOthers(em, records);
    const isWithin = em.isInTransaction();
    if (!isWithin) requireOutside();
    const results: Synced[] = [];
    for (let from = 0; from < records.length; from += size) {
      const batch = records.slice(from, from + size);
      results.push(
        await (isWithin
          ? syncRecords(em, batch, change, em)
          : manager.transactional((inner) => syncRecords(inner, batch, change, em))),
      );
    }
    const all: Synced = {
      captured: results.reduce((sum, { captured }) => sum + captured, 0),
      skipped: results.flatMap((result) => result.skipped),
    };
    return told(all);
  }

  function told(synced: Synced): Synced {
    if (synced.skipped.length > 0) {
      hasSkipped = true;
      options.onSkipped?.(synced.skipped);
    }
    return synced;
  }

  function requireOutside(): void {
    if (!manager.isInside()) return;
    throw new ShoalError(
      'invalid-argument',
      'within a transaction call syncModelWithDb or syncModelsBatch with its entity manager: syncModel would wait for it for ever',
    );
  }

  function requireOwn(em: EntityManager): void {
    if (manager.isOwn(em)) return;
    throw new ShoalError(
      'invalid-argument',
      'the entity manager is not of this library: take one by `fork` or `transactional`',
    );
  }

  if (hasSkipped) retrySoon();
  return {
    fork: manager.fork,
    transactional: manager.transactional,
    withoutSync: manager.withoutSync,
    reader,
    async syncModel(record, change) {
      requireOutside();
      requireNoReference(known.know(record));
      return told(await manager.transactional((em) => syncRecords(em, [record], change, null)));
    },
    syncModelWithDb: (record, change, em) => syncAll([record], change, em, 1),
    syncModelsBatch: async (records, change, em, { batchSize } = {}) =>
      await syncAll(records, change, em, batchSize === undefined ? defaultSize : checkedSize(batchSize)),
    async forceRecord(record) {
      requireOutside();
      const refs = [record].flat().map((each) => known.refOf(each as Syncable));
      await manager.transactional(async () => {
        manager.captureHere(({ store }) => forcedWrites(store, refs));
      });
    },
    skipped: ({ after = 0, limit = limits.pageRecordsDefault } = {}) => skipped.list(after, limit),
    retrySkipped: retry,
    watch: recordWatch({ feed, reader, models: options.models, device: options.device }),
    liveQuery: (entities, run, { signal } = {}) =>
      liveQuery({
        ...{ feed, known: options.models, entities, signal },
        run: async () => await run((await readEntities()).fork()),
      }),
    keyLookups: () => context.store.keys.lookups(),
    look: () => feed.look(),
    async close() {
      isClosing = true;
      // Who asked for it was told; here it only has to be over.
      await retrying.catch(() => 0);
      await feed.close();
      await (await reading)?.close();
      reader.close();
      await manager.close();
    },
  };
}

/** What else waits in a unit of work goes before: the records may refer to it. They themselves need no unit of work. */
async function flushOthers(em: EntityManager, records: readonly Syncable[]): Promise<void> {
  const unitOfWork = em.getUnitOfWork();
  for (const record of records) unitOfWork.getPersistStack().delete(record);
  if (unitOfWork.getPersistStack().size > 0 || unitOfWork.getRemoveStack().size > 0) await em.flush();
}

function requireNoReference({ record, model }: ReturnType<ReturnType<typeof recogniser>['know']>): void {
  const reference = model.columns.find(
    ({ property, targetTable }) => targetTable !== null && record[property] != null,
  );
  if (reference === undefined) return;
  const { name } = model.spec;
  throw new ShoalError(
    'invalid-argument',
    `"${reference.field.name}" of ${name} refers to another record: call syncModelWithDb(record, change, em)`,
    { model: name, field: reference.field.name },
  );
}

function checkedSize(size: number): number {
  if (Number.isInteger(size) && size >= 1 && size <= limits.syncBatchRecordsMax) return size;
  throw new ShoalError(
    'invalid-argument',
    `"batchSize" must be a whole number from 1 to ${limits.syncBatchRecordsMax}, found ${size}`,
    { field: 'batchSize' },
  );
}
