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
} from '@shoal/service-kit';
import { captureConfig } from './config.ts';
import { type LibraryCapture, openLibraryCapture } from './library-capture.ts';
import { captureHandlers } from './rpc.ts';

/** The indexer by itself, over any store: for the bench, which compares it with and without sync. */
export type { CreateEntry, EntryChange, EntryStore } from './index/entry-store.ts';
export { createIndexer } from './index/indexer.ts';

/** Starts the capture of a home: all its libraries, also those that appear later. */
export async function start({ home: dir }: { readonly home: string }): Promise<StartedService> {
  const home = await readHome(dir);
  const log = createLog('capture');
  const device = home.config.deviceId;
  const started: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const stopPart of started.splice(0).reverse()) await stopPart();
  };
  try {
    const bus = await connectLocal(home, { service: 'capture', log });
    started.push(() => bus.close());
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
          publishChanged: (hint) => bus.publish(subjects.local.recordsChanged(device), hint),
          log,
        }),
    });
    started.push(() => libraries.stop());
    const lookAgain = () => {
      for (const { part } of libraries.list()) part.relay.signal();
    };
    const hints = bus.subscribe(subjects.local.outboxReady(device), lookAgain);
    started.push(bus.onConnected(lookAgain), () => hints.stop());
    const handlers = captureHandlers(libraries.require);
    const served = serveRpc(bus, subjects.local.rpc(device, 'capture'), CaptureDefinition, handlers);
    started.push(() => served.stop());
    await bus.flush();
    const grpc = await startGrpcServer({
      port: captureConfig().grpcPort,
      token: home.token,
      services: [grpcService(CaptureDefinition, handlers)],
      log,
    });
    started.push(() => grpc.stop());
    return { grpc: grpc.address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

if (import.meta.main) await runService('capture', start);
