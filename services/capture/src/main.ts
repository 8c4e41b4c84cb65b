import { rpcClient, serveRpc, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { CaptureDefinition, LogStoreDefinition } from '@shoal/proto';
import {
  connectLocal,
  createLog,
  followLibraries,
  grpcService,
  readHome,
  runService,
  type StartedService,
  startGrpcServer,
  startParts,
} from '@shoal/service-kit';
import { captureConfig } from './config.ts';
import { type LibraryCapture, openLibraryCapture } from './library-capture.ts';
import { captureHandlers } from './rpc.ts';

/** The indexer by itself, over any store: for the bench, which compares it with and without sync. */
export type { CreateEntry, EntryChange, EntryStore } from './index/entry-store.ts';
export { createIndexer } from './index/indexer.ts';

/** The relay of one library without a service around it: for tests of devices as a whole. */
export { type Relay, startRelay } from './relay.ts';

/** Starts the capture of a home: all its libraries, also those that appear later. */
export function start({ home: dir }: { readonly home: string }): Promise<StartedService> {
  return startParts(async (own) => {
    const config = captureConfig();
    const home = await readHome(dir);
    const log = createLog('capture');
    const device = home.config.deviceId;
    const bus = await connectLocal(home, { service: 'capture', log });
    own(() => bus.close());
    const logStore = rpcClient(bus, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, {
      timeoutMs: limits.requestMs,
    });
    const libraries = await followLibraries<LibraryCapture>({
      paths: home.paths,
      log,
      open: (library) =>
        openLibraryCapture({
          library,
          home,
          logStore,
          relayMs: config.relayMs,
          publishChanged: (hint) => bus.publish(subjects.local.recordsChanged(device), hint),
          log,
        }),
    });
    own(() => libraries.stop());
    const lookAgain = () => {
      for (const { part } of libraries.list()) part.relay.signal();
    };
    const hints = bus.subscribe(subjects.local.outboxReady(device), lookAgain);
    own(bus.onConnected(lookAgain));
    own(() => hints.stop());
    const handlers = captureHandlers(libraries.require);
    const served = serveRpc(bus, subjects.local.rpc(device, 'capture'), CaptureDefinition, handlers);
    own(() => served.stop());
    await bus.flush();
    const grpc = await startGrpcServer({
      port: config.grpcPort,
      token: home.token,
      services: [grpcService(CaptureDefinition, handlers)],
      log,
    });
    own(() => grpc.stop());
    return { grpc: grpc.address };
  });
}

if (import.meta.main) await runService('capture', start);
