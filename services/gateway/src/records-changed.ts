import type { LibraryId, RecordId } from '@shoal/core';
import { RecordsChanged, uuidFromBytes } from '@shoal/proto';

/** A record that changed, as a hint names it. */
export interface ChangedRef {
  readonly model: string;
  readonly id: RecordId;
  /** Made on this device. */
  readonly isLocal: boolean;
}

/** What a service said after a commit of one library.db. */
export interface RecordsHint {
  readonly libraryId: LibraryId;
  readonly records: readonly ChangedRef[];
  /** More records changed than are named. */
  readonly hasMore: boolean;
}

/** Parses a hint (SEC-5). One that does not parse is undefined: it still says that something changed. */
export function parseRecordsHint(payload: Uint8Array): RecordsHint | undefined {
  try {
    const { libraryId, records, more } = RecordsChanged.decode(payload);
    return {
      libraryId: uuidFromBytes<LibraryId>(libraryId, 'library_id'),
      records: records.map(({ model, recordId, local }) => ({
        model,
        id: uuidFromBytes<RecordId>(recordId, 'record_id'),
        isLocal: local,
      })),
      hasMore: more,
    };
  } catch {
    return undefined;
  }
}
