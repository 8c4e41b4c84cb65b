import { rpcClient, serveRpc, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { IngestDefinition, LogStoreDefinition } from '@shoal/proto';
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
import { ingestConfig } from './config.ts';
import { type LibraryIngest, openLibraryIngest } from './library-ingest.ts';
import { ingestHandlers } from './rpc.ts';

/** The follower of one log without a service around it: for tests of devices as a whole. */
export { type Follower, startFollower } from './follow.ts';

/** Starts the ingest of a home: all its libraries, also those that appear later. */
export function start({ home: dir }: { readonly home: string }): Promise<StartedService> {
  return startParts(async (own) => {
    const home = await readHome(dir);
    const log = createLog('ingest');
    const device = home.config.deviceId;
    const bus = await connectLocal(home, { service: 'ingest', log });
    own(() => bus.close());
    const logStore = rpcClient(bus, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, {
      timeoutMs: limits.requestMs,
    });
    const libraries = await followLibraries<LibraryIngest>({
      paths: home.paths,
      log,
      open: (library) =>
        openLibraryIngest({
          library,
          device,
          logStore,
          publishChanged: (hint) => bus.publish(subjects.local.recordsChanged(device), hint),
          log,
        }),
    });
    own(() => libraries.stop());
    const lookAgain = () => {
      for (const { part } of libraries.list()) part.follower.signal();
    };
    const hints = bus.subscribe(subjects.local.logCommitted(device), lookAgain);
    own(bus.onConnected(lookAgain));
    own(() => hints.stop());
    const handlers = ingestHandlers(libraries.require);
    const served = serveRpc(bus, subjects.local.rpc(device, 'ingest'), IngestDefinition, handlers);
    own(() => served.stop());
    await bus.flush();
    const grpc = await startGrpcServer({
      port: ingestConfig().grpcPort,
      token: home.token,
      services: [grpcService(IngestDefinition, handlers)],
      log,
    });
    own(() => grpc.stop());
    return { grpc: grpc.address };
  });
}

if (import.meta.main) await runService('ingest', start);
