import { rpcClient, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { IngestDefinition, LogStoreDefinition, parseLogCommitted } from '@shoal/proto';
import {
  connectLocal,
  readLibrary,
  runService,
  type StartedService,
  startLibraryService,
} from '@shoal/service-kit';
import { ingestConfig } from './config.ts';
import { openLibraryIngest } from './library-ingest.ts';
import { ingestHandlers } from './rpc.ts';

/** Starts the ingest of a home: all its libraries, also those that appear later. */
export function start({ home }: { readonly home: string }): Promise<StartedService> {
  return startLibraryService({
    name: 'ingest',
    home,
    definition: IngestDefinition,
    grpcPort: ingestConfig().grpcPort,
    connect: async (at, options) => ({ local: await connectLocal(at, options) }),
    open: (library, { home: { paths }, device, buses: { local }, log }) =>
      openLibraryIngest({
        library,
        device,
        readKeys: async () => (await readLibrary(paths, library.libraryId)).keys,
        logStore: rpcClient(local, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, {
          timeoutMs: limits.requestMs,
        }),
        publishChanged: (hint) => local.publish(subjects.local.recordsChanged(device), hint),
        log,
      }),
    handlers: ingestHandlers,
    wake: {
      subject: subjects.local.logCommitted,
      read(payload) {
        const hint = parseLogCommitted(payload);
        // What the device made itself is here already; the follower passes over it when it looks by itself.
        return hint && { libraryId: hint.libraryId, isNews: !hint.isOwn };
      },
      look: ({ follower }) => follower.signal(),
    },
  });
}

if (import.meta.main) await runService('ingest', start);
