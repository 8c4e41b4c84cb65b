import type { EntityManager as AnyEntityManager } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/sqlite';
import type { SyncedModel } from '../model/sync-model.ts';
import { notCaptured, type StatementGuard } from './statement-guard.ts';
import type { TransactionScope } from './transaction-scope.ts';

/** An entity manager of MikroORM that writes synced models by its unit of work alone. */
export type GuardedEntityManager = new (
  ...args: ConstructorParameters<typeof EntityManager>
) => AnyEntityManager;

/**
 * The class of entity managers of a library: what MikroORM writes without its unit of work (`nativeUpdate`,
 * `nativeDelete`, `insert`, `upsert` and their kind) fires no event, so nothing would capture it. For synced models each
 * throws `not-captured`, which says what to write instead (S2-32, S4-01); for others it works as ever. Statements of all
 * other doors are looked at by `guard`.
 */
export function guardedEntityManager(
  models: readonly SyncedModel[],
  { guard, scope }: { readonly guard: StatementGuard; readonly scope: TransactionScope },
): GuardedEntityManager {
  const nameByClass = new Map(models.map(({ entity, spec }) => [String(entity.meta.className), spec.name]));

  function require(named: unknown, call: string): void {
    const model = nameByClass.get(entityNameOf(named));
    if (model !== undefined) throw notCaptured(model, `em.${call}`);
  }

  const refused = ['nativeUpdate', 'nativeDelete', 'insert', 'insertMany', 'upsert', 'upsertMany'] as const;

  class Guarded extends EntityManager {
    override async flush(): Promise<void> {
      await guard.withinFlush(() => super.flush());
    }

    override transactional<T>(
      work: (em: this) => T | Promise<T>,
      options?: Parameters<EntityManager['transactional']>[1],
    ): Promise<T> {
      return scope.run(() => super.transactional(work, options));
    }
  }
  for (const call of refused) {
    const usual = EntityManager.prototype[call] as (...args: unknown[]) => Promise<unknown>;
    Object.defineProperty(Guarded.prototype, call, {
      configurable: true,
      async value(this: EntityManager, ...args: unknown[]) {
        require(args[0], call);
        return await usual.apply(this, args);
      },
    });
  }
  return Guarded as unknown as GuardedEntityManager;
}

/** Of what MikroORM takes for an entity's name: a schema, a class, a text, an entity, or several entities. */
function entityNameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  if (Array.isArray(named)) return entityNameOf(named[0]);
  if (typeof named === 'function') return named.name;
  if (typeof named !== 'object' || named === null) return '';
  const { meta, __meta } = named as { meta?: { className?: unknown }; __meta?: { className?: unknown } };
  return String((meta ?? __meta)?.className ?? '');
}
