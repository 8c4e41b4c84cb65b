import { refKey, viewOf } from '@shoal/core';
import type { Library, LibraryTransaction, LocalWrite } from '@shoal/library';
import {
  type MetadataTarget,
  metadataOf,
  newMetadata,
  refOf,
  type TargetMetadata,
} from './metadata-targets.ts';

/**
 * Says of targets that they are favourites, or are none any more, all in one transaction, or of none (S1-07); answers of
 * how many it was not so. Throws as `applyTag` does.
 */
export function setFavorite(
  library: Library,
  secret: Buffer,
  targets: readonly MetadataTarget[],
  isFavorite: boolean,
): Promise<number> {
  return library.transaction((transaction) => {
    const writeByKey = new Map<string, LocalWrite>();
    for (const target of targets) {
      const write = favoriteWrite(transaction, metadataOf(transaction, secret, target), isFavorite);
      // Two files of one content have one metadata.
      if (write !== null) writeByKey.set(refKey(write.ref), write);
    }
    transaction.capture([...writeByKey.values()]);
    return writeByKey.size;
  });
}

/** Null where it is so already. */
function favoriteWrite(
  { store }: LibraryTransaction,
  metadata: TargetMetadata,
  isFavorite: boolean,
): LocalWrite | null {
  const ref = refOf('user_metadata', metadata.id);
  const state = store.reader.isVisible(ref) ? store.reader.record(ref)?.state : undefined;
  if (state === undefined) return isFavorite ? newMetadata(metadata, { favorite: true }) : null;
  if ((viewOf(store.registry.require(ref.model), state).get('favorite') === true) === isFavorite) return null;
  // Who says so has seen all that is here: nothing of it is a conflict (MRG-1).
  return { kind: 'put', ref, fields: new Map([['favorite', isFavorite]]), seen: state.version };
}
