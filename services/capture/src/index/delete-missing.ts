import { nameOf } from './byte-path.ts';
import type { Comparison, ComparisonEnd } from './compare-location.ts';
import type { KnownEntry } from './entry-store.ts';
import { isStanding } from './find-arrivals.ts';
import { rootOnDisk } from './root-on-disk.ts';

/**
 * Deletes those of `keys` that are still not at their known place, with all that is below them. What moved
 * meanwhile stands at its new place and stays. Nothing is deleted while the root is gone.
 */
export async function deleteMissing(comparison: Comparison, keys: readonly number[]): Promise<ComparisonEnd> {
  const { store, location, batch } = comparison;
  for (const key of keys) {
    const known = await store.get(location, key);
    if (known === null || (await isStanding(comparison, known))) continue;
    // Asked after the entry was found gone: a volume that was pulled out takes its entries along.
    if ((await rootOnDisk(comparison)) === null) return 'missing';
    await deleteTree(comparison, known);
  }
  await batch.flush();
  return 'done';
}

/** Deletes an entry and all below it, children first. */
export async function deleteTree(comparison: Comparison, known: KnownEntry): Promise<void> {
  const { store, location, batch } = comparison;
  if (known.kind === 'directory') {
    for (const child of await store.children(location, known.key)) await deleteTree(comparison, child);
  }
  const name = nameOf(known);
  await batch.add({ change: { type: 'delete', key: known.key }, name, identify: null, isNews: true }, name);
}
