import { rpcClient, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { IngestDefinition, LogStoreDefinition } from '@shoal/proto';
import { connectLocal, runService, type StartedService, startLibraryService } from '@shoal/service-kit';
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
    open: (library, { device, buses: { local }, log }) =>
      openLibraryIngest({
        library,
        device,
        logStore: rpcClient(local, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, {
          timeoutMs: limits.requestMs,
        }),
        publishChanged: (hint) => local.publish(subjects.local.recordsChanged(device), hint),
        log,
      }),
    handlers: ingestHandlers,
    wake: { subject: subjects.local.logCommitted, look: ({ follower }) => follower.signal() },
  });
}

if (import.meta.main) await runService('ingest', start);
