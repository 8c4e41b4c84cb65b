import type { LibraryId } from '@shoal/core';
import { type Handlers, type LogStoreDefinition, uuidFromBytes } from '@shoal/proto';
import type { LibraryLog } from './library-log.ts';

/** Finds the log of a library that this device has. Throws `not-found`, `unavailable`. */
export type FindLibraryLog = (id: LibraryId) => LibraryLog;

/**
 * The contract as calls: one object for gRPC and for the device's own subjects. Each method names its library.
 * What other devices may ask is served per library, see `bus-channel.ts`.
 */
export function logStoreHandlers(find: FindLibraryLog): Handlers<LogStoreDefinition> {
  const logOf = (request: { readonly libraryId: Uint8Array }) =>
    find(uuidFromBytes<LibraryId>(request.libraryId, 'library_id'));
  return {
    append: async (request) => logOf(request).append(request),
    read: async (request) => logOf(request).read(request),
    pull: async (request) => logOf(request).pull(request),
    acknowledge: async (request) => {
      logOf(request).acknowledge(request);
      return {};
    },
    recognise: async (request) => logOf(request).recognise(request),
    ask: async (request) => logOf(request).ask(request),
    fetch: async (request) => logOf(request).fetch(request),
    getLogStatus: async (request) => logOf(request).status(),
  };
}
