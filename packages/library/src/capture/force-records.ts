import { emptyVersion, type RecordRef, ShoalError } from '@shoal/core';
import type { Library } from '../library.ts';
import type { LibraryStore } from '../store/library-store.ts';
import type { LocalWrite, WrittenRecord } from './local-write.ts';

/**
 * Captures records as they are although nothing of them changed (S0-56): each goes to the log once more, whole, as a change
 * of its own that replaces nothing. All of them, or none: throws `not-found` for what is not shown here, `not-owner`.
 */
export function forceRecords(
  library: Pick<Library, 'transaction'>,
  refs: readonly RecordRef[],
): Promise<readonly WrittenRecord[]> {
  return library.transaction(({ store, capture }) => capture(forcedWrites(store, refs)));
}

/** The writes that capture records as they are. Throws `not-found` for what is not shown here. */
export function forcedWrites(store: Pick<LibraryStore, 'reader'>, refs: readonly RecordRef[]): LocalWrite[] {
  const lost = refs.find((ref) => !store.reader.isVisible(ref));
  if (lost !== undefined) {
    const { model, id } = lost;
    throw new ShoalError('not-found', `there is no ${model} ${id} here`, { model, record: id });
  }
  return refs.map((ref) => ({ kind: 'decide', ref, slots: new Map(), clears: [], seen: emptyVersion }));
}
