import type { Library } from '../library.ts';
import { compareDerived, type DerivedDifference } from './compare-derived.ts';

/**
 * Compares every derived table with one that is made from nothing (DEP-6), in one transaction that changes nothing;
 * writers wait for it. Answers the tables that differ, none where all is well.
 */
export function checkDerived(library: Library): Promise<readonly DerivedDifference[]> {
  return library.transaction(({ store: { db } }) => compareDerived(db, library.options.models));
}

/** Makes every derived table anew from its source rows, in one transaction (DEP-6). */
export function rebuildDerived(library: Library): Promise<void> {
  return library.transaction(({ store }) => {
    for (const { spec, derived } of library.options.models) {
      if (derived.length === 0) continue;
      for (const upkeep of store.rows(spec.name).upkeep) upkeep.rebuild();
    }
  });
}
