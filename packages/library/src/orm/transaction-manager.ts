import { AsyncLocalStorage } from 'node:async_hooks';
import { type EntityManager, MikroORM } from '@mikro-orm/core';
import { inStep } from '@shoal/telemetry';
import { captureContext } from '../capture/capture-context.ts';
import type { LibraryOptions } from '../library-options.ts';
import { requireKnownVersion } from '../migrate-library.ts';
import type { ViewChange } from '../store/library-store.ts';
import { openForWriting } from '../store/open-database.ts';
import { CaptureSubscriber } from './capture-subscriber.ts';
import { ImmediateDialect } from './immediate-dialect.ts';
import { PreparedSqliteDriver } from './prepared-driver.ts';
import { withTypedFailures } from './typed-failures.ts';

/**
 * The gatekeeper of writes by entities (S4-01): whatever its entity managers flush is captured in the same
 * transaction. Has a connection and a replica of its own.
 */
export interface TransactionManager {
  /** A fresh entity manager; its `flush` is captured. */
  fork(): EntityManager;
  /** Runs `work` in one transaction: all of it, or nothing, is written and captured. */
  transactional<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction of which nothing is synced (S0-55): rows that it makes have no UUID and stay on this
   * device until they are given one. What is synced already cannot be written in it: `invalid-argument`.
   */
  transactionalHere<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens MikroORM on a migrated library; throws `version-mismatch` for one of a newer program. `onChanges` hears of each commit that changed the view. */
export async function openTransactionManager(
  options: LibraryOptions,
  onChanges: (changes: readonly ViewChange[]) => void = () => {},
): Promise<TransactionManager> {
  requireKnownVersion(options.path, options.migrations);
  const db = openForWriting(options.path);
  const here = new AsyncLocalStorage<true>();
  const isLocal = () => here.getStore() === true;
  const subscriber = new CaptureSubscriber(captureContext(options, db), options.models, onChanges, isLocal);
  const orm = await MikroORM.init({
    driver: PreparedSqliteDriver,
    dbName: options.path,
    entities: [...options.models.map(({ entity }) => entity), ...(options.localEntities ?? [])],
    subscribers: [subscriber],
    driverOptions: new ImmediateDialect(db),
    debug: false,
  });
  const fork = () => withTypedFailures(orm.em.fork(), options);
  const transactional = <T>(work: (em: EntityManager) => Promise<T>) =>
    inStep('shoal.write', { 'shoal.library': options.libraryId }, () => fork().transactional(work));
  return {
    fork,
    transactional,
    transactionalHere: (work) => here.run(true, () => transactional(work)),
    async close() {
      await orm.close();
      if (db.open) db.close();
    },
  };
}
