import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Knows whether what runs now was called from within a transaction of one connection. Who waits in it for another
 * transaction of the same connection would wait for ever.
 */
export interface TransactionScope {
  /** Runs a transaction; what its work calls is inside until it is over. */
  run<T>(work: () => Promise<T>): Promise<T>;
  isInside(): boolean;
}

/** The scope of one connection. */
export function transactionScope(): TransactionScope {
  const storage = new AsyncLocalStorage<{ isOpen: boolean }>();
  return {
    async run(work) {
      const scope = { isOpen: true };
      try {
        return await storage.run(scope, work);
      } finally {
        // What was started in it and not awaited goes on with the same storage.
        scope.isOpen = false;
      }
    },
    isInside: () => storage.getStore()?.isOpen === true,
  };
}
