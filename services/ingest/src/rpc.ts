import type { LibraryId } from '@shoal/core';
import { type Handlers, type IngestDefinition, uuidFromBytes, uuidToBytes } from '@shoal/proto';
import { problemOf } from '@shoal/service-kit';
import type { Quarantined } from './keep-quarantine.ts';
import type { LibraryIngest } from './library-ingest.ts';

/** The contract to calls; one implementation for gRPC and NATS. */
export function ingestHandlers(require: (id: LibraryId) => LibraryIngest): Handlers<typeof IngestDefinition> {
  const ingestOf = ({ libraryId }: { readonly libraryId: Uint8Array }) =>
    require(uuidFromBytes<LibraryId>(libraryId, 'library_id'));
  return {
    async getIngestStatus(request) {
      const { library, follower } = ingestOf(request);
      const { state, cursor, headSeq } = follower.state();
      return {
        logId: cursor?.logId ?? '',
        appliedSeq: cursor?.appliedSeq ?? 0,
        headSeq,
        state,
        parked: library.cursor.parked(),
        quarantined: library.quarantined.count(),
        appliedEntries: cursor?.appliedEntries ?? 0,
        skews: library.skews().map(({ device, theirMs, ourMs }) => ({
          deviceId: uuidToBytes(device),
          theirMs,
          ourMs,
        })),
        problem: problemOf('ingest', follower.failure()),
      };
    },
    async retryQuarantine(request) {
      const { done, waiting } = await ingestOf(request).follower.quarantine.retry(whichOf(request));
      return { applied: done, waiting };
    },
    async discardQuarantine(request) {
      const { done, waiting } = await ingestOf(request).follower.quarantine.discard(request.quarantineIds);
      return { discarded: done, waiting };
    },
  };
}

/** Without a name all are meant. */
function whichOf({ quarantineIds }: { readonly quarantineIds: readonly number[] }): Quarantined {
  return quarantineIds.length === 0 ? 'all' : quarantineIds;
}
