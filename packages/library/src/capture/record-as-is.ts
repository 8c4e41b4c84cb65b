import { emptyVersion, type RecordRef, ShoalError } from '@shoal/core';
import type { Library } from '../library.ts';
import type { WrittenRecord } from './local-write.ts';

/**
 * Captures records as they are although nothing of them changed (S0-56): each goes to the log once more, whole, as a change
 * of its own that replaces nothing. All of them, or none: throws `not-found` for what is not shown here, `not-owner`.
 */
export function recordAsIs(
  library: Pick<Library, 'transaction'>,
  refs: readonly RecordRef[],
): Promise<readonly WrittenRecord[]> {
  return library.transaction(({ store, capture }) => {
    const lost = refs.find((ref) => !store.reader.isVisible(ref));
    if (lost !== undefined) {
      const { model, id } = lost;
      throw new ShoalError('not-found', `there is no ${model} ${id} here`, { model, record: id });
    }
    return capture(
      refs.map((ref) => ({ kind: 'decide', ref, slots: new Map(), clears: [], seen: emptyVersion })),
    );
  });
}
