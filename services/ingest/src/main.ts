import { rpcClient, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { loadModels } from '@shoal/models';
import { IngestDefinition, LogStoreDefinition } from '@shoal/proto';
import {
  connectLocal,
  readHome,
  readLibrary,
  runService,
  type StartedService,
  startLibraryService,
} from '@shoal/service-kit';
import { ingestConfig } from './config.ts';
import { openLibraryIngest } from './library-ingest.ts';
import { readHint } from './read-hint.ts';
import { ingestHandlers } from './rpc.ts';

/** Starts the ingest of a home: all its libraries, also those that appear later. */
export async function start({ home }: { readonly home: string }): Promise<StartedService> {
  const models = await loadModels((await readHome(home)).config.models);
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
        models,
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
      read: readHint,
      look: ({ follower }) => follower.signal(),
      lookSoon: ({ follower }) => follower.signalSoon(),
    },
  });
}

if (import.meta.main) await runService('ingest', start);
