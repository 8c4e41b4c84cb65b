import type { LibraryId, RecordRef } from '@shoal/core';
import { RecordsChanged } from '../../gen/shoal/v1/capture.ts';
import { uuidToBytes } from './ids.ts';

/** A hint names at most this many records: watchers of more read again. */
const namedMax = 500;

/** The hint after a commit of library.db. */
export function encodeRecordsChanged(change: {
  readonly libraryId: LibraryId;
  readonly records: readonly { readonly ref: RecordRef; readonly removed: boolean }[];
  readonly isLocal: boolean;
}): Uint8Array {
  const { libraryId, records, isLocal } = change;
  return RecordsChanged.encode({
    libraryId: uuidToBytes(libraryId),
    records: records.slice(0, namedMax).map(({ ref, removed }) => ({
      model: ref.model,
      recordId: uuidToBytes(ref.id),
      removed,
      local: isLocal,
    })),
    more: records.length > namedMax,
  }).finish();
}
