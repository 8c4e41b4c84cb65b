import { AsyncLocalStorage } from 'node:async_hooks';
import { type EntityManager, MikroORM } from '@mikro-orm/core';
import { inStep } from '@shoal/telemetry';
import { captureContext } from '../capture/capture-context.ts';
import type { CaptureContext } from '../capture/capture-writes.ts';
import type { LocalWrite, WrittenRecord } from '../capture/local-write.ts';
import type { LibraryOptions } from '../library-options.ts';
import { requireKnownVersion } from '../migrate-library.ts';
import type { LibraryStore, ViewChange } from '../store/library-store.ts';
import { openForWriting } from '../store/open-database.ts';
import { CaptureSubscriber } from './capture-subscriber.ts';
import { guardedEntityManager } from './guarded-entity-manager.ts';
import { ImmediateDialect } from './immediate-dialect.ts';
import { PreparedSqliteDriver } from './prepared-driver.ts';
import { statementGuard } from './statement-guard.ts';
import { transactionScope } from './transaction-scope.ts';
import { withTypedFailures } from './typed-failures.ts';

/**
 * The gatekeeper of writes by entities (S4-01): whatever its entity managers flush is captured in the same
 * transaction, and what would write a synced table in another way throws `not-captured`. Has a connection and a replica
 * of its own.
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
  withoutSync<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What the calls of a synced library stand on besides; not for applications. */
export interface CapturingManager extends TransactionManager {
  readonly context: CaptureContext & { readonly store: LibraryStore };
  /** Captures in the transaction under way what no flush writes, rows included. */
  captureHere(writesOf: (context: CaptureContext) => readonly LocalWrite[]): readonly WrittenRecord[];
  /** What a rollback of the transaction under way, or of its savepoint, takes back in memory. */
  whenUndone(undo: () => void): void;
  /** Whether the caller is inside a transaction of this manager, and would wait for itself. */
  isInside(): boolean;
  /** Whether what runs now is a transaction of which nothing is synced. */
  isLocal(): boolean;
  /** Whether an entity manager is one of this manager. */
  isOwn(em: EntityManager): boolean;
}

/** Opens MikroORM on a migrated library; throws `version-mismatch` for one of a newer program. `onChanges` hears of each commit that changed the view. */
export function openTransactionManager(
  options: LibraryOptions,
  onChanges: (changes: readonly ViewChange[]) => void = () => {},
): Promise<TransactionManager> {
  return openCapturingManager(options, onChanges);
}

/** As `openTransactionManager`, with what the library itself builds upon. */
export async function openCapturingManager(
  options: LibraryOptions,
  onChanges: (changes: readonly ViewChange[]) => void,
): Promise<CapturingManager> {
  requireKnownVersion(options.path, options.migrations);
  const db = openForWriting(options.path);
  const here = new AsyncLocalStorage<true>();
  const isLocal = () => here.getStore() === true;
  const context = captureContext(options, db);
  const subscriber = new CaptureSubscriber(context, options.models, onChanges, isLocal);
  const guard = statementGuard(new Map(options.models.map(({ spec }) => [spec.table, spec.name])));
  const scope = transactionScope();
  const orm = await MikroORM.init({
    driver: PreparedSqliteDriver,
    dbName: options.path,
    entities: [...options.models.map(({ entity }) => entity), ...(options.localEntities ?? [])],
    subscribers: [subscriber],
    entityManager: guardedEntityManager(options.models, { guard, scope }) as never,
    driverOptions: new ImmediateDialect(db, guard.check),
    debug: false,
  });
  const fork = (): EntityManager => withTypedFailures(orm.em.fork(), options);
  const transactional = <T>(work: (em: EntityManager) => Promise<T>) =>
    inStep('shoal.write', { 'shoal.library': options.libraryId }, () => fork().transactional(work));
  return {
    fork,
    transactional,
    withoutSync: (work) => here.run(true, () => transactional(work)),
    context,
    captureHere: (writesOf) => subscriber.captureHere(writesOf),
    whenUndone: (undo) => subscriber.whenUndone(undo),
    isInside: scope.isInside,
    isLocal,
    isOwn: (em) => (em.getDriver() as unknown) === orm.em.getDriver(),
    async close() {
      await orm.close();
      if (db.open) db.close();
    },
  };
}
