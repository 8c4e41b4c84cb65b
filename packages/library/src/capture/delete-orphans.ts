import {
  asShoalError,
  type DeviceId,
  limits,
  ownsOrphan,
  type RecordRef,
  type ShoalError,
} from '@shoal/core';
import type { LibraryStore } from '../store/library-store.ts';
import { isStorageFailure } from '../store/storage-failure.ts';
import type { LocalWrite } from './local-write.ts';

/** What one step of deleting orphans did. */
export interface OrphansDeleted {
  readonly deleted: number;
  /** What could not be deleted, with the reason; it is tried again in the next time round. */
  readonly failed: readonly { readonly ref: RecordRef; readonly error: ShoalError }[];
  /** All were looked at; the next step begins anew. */
  readonly isDone: boolean;
}

/** Something that runs work in one immediate transaction in which writes are captured. */
type Transaction = <T>(
  work: (transaction: { capture(writes: readonly LocalWrite[]): unknown }) => T,
) => Promise<T>;

/**
 * Deletes, some at a time, what this device owns and what has been orphaned for `orphanGraceMs` (DEP-3): until then
 * whoever brings its target back gets it back, too. The deletes are captured like any other local write, in the
 * transaction that sees them orphaned (CHG-5); what hung on them is orphaned then, and goes in its turn.
 */
export function orphanDeleter(options: {
  readonly store: LibraryStore;
  readonly device: DeviceId;
  readonly wallMs: () => number;
  readonly transaction: Transaction;
}): (limit: number) => Promise<OrphansDeleted> {
  const { store, device, wallMs, transaction } = options;
  let after: RecordRef | null = null;

  const deleteOurs = (refs: readonly RecordRef[]) =>
    transaction(({ capture }) => {
      const isOurs = (ref: RecordRef) =>
        store.parked.isOrphaned(ref) && ownsOrphan(store.registry, store.reader, device, ref);
      const ours = refs.filter(isOurs);
      if (ours.length > 0) capture(ours.map((ref) => ({ kind: 'delete', ref, seen: null })));
      return ours.length;
    });

  return async (limit) => {
    const nowMs = wallMs();
    const since = { toMs: nowMs - limits.orphanGraceMs, aheadOfMs: nowMs };
    const refs = store.parked.orphaned(since, after, limit);
    after = refs.length < limit ? null : refs.at(-1)!;
    const isDone = after === null;
    if (refs.length === 0) return { deleted: 0, failed: [], isDone };
    try {
      return { deleted: await deleteOurs(refs), failed: [], isDone };
    } catch (error) {
      if (isStorageFailure(error)) throw error;
    }
    return { ...(await deleteEach(refs, deleteOurs)), isDone };
  };
}

/** Where one cannot be deleted, the others are. */
async function deleteEach(
  refs: readonly RecordRef[],
  deleteOurs: (refs: readonly RecordRef[]) => Promise<number>,
): Promise<Pick<OrphansDeleted, 'deleted' | 'failed'>> {
  let deleted = 0;
  const failed: { ref: RecordRef; error: ShoalError }[] = [];
  for (const ref of refs) {
    try {
      deleted += await deleteOurs([ref]);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      failed.push({ ref, error: asShoalError(error) });
    }
  }
  return { deleted, failed };
}
