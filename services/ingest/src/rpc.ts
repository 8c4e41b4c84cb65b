import type { LibraryId } from '@shoal/core';
import { type Handlers, type IngestDefinition, uuidFromBytes } from '@shoal/proto';
import type { LibraryIngest } from './library-ingest.ts';

/** The contract to calls; one implementation for gRPC and NATS. */
export function ingestHandlers(require: (id: LibraryId) => LibraryIngest): Handlers<typeof IngestDefinition> {
  return {
    async getIngestStatus(request) {
      const { library, follower } = require(uuidFromBytes<LibraryId>(request.libraryId, 'library_id'));
      const { state, cursor, headSeq } = follower.state();
      return {
        logId: cursor?.logId ?? '',
        appliedSeq: cursor?.appliedSeq ?? 0,
        headSeq,
        state,
        parked: library.cursor.parked(),
        quarantined: library.quarantined.count(),
        appliedEntries: cursor?.appliedEntries ?? 0,
      };
    },
  };
}
