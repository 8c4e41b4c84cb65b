import { serveRpc, subjects } from '@shoal/bus';
import { LogCommitted, LogStoreDefinition, uuidToBytes } from '@shoal/proto';
import {
  connectDevice,
  createLog,
  followLibraries,
  grpcService,
  readHome,
  runService,
  type StartedService,
  startGrpcServer,
  startParts,
} from '@shoal/service-kit';
import { busChannel } from './bus-channel.ts';
import { logStoreConfig } from './config.ts';
import { type LibraryLog, openLibraryLog } from './library-log.ts';
import type { Surroundings } from './replicate.ts';
import { logStoreHandlers } from './rpc.ts';

/** One library's log without a service around it: for tests of devices as a whole. */
export { busChannel } from './bus-channel.ts';
export { type LibraryLog, openLibraryLog } from './library-log.ts';

const surroundings: Surroundings = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: () => Math.random(),
};

/** Starts the log-store of a home: the logs of all its libraries, also of those that appear later. */
export function start({ home: dir }: { readonly home: string }): Promise<StartedService> {
  return startParts(async (own) => {
    const { grpcPort } = logStoreConfig();
    const home = await readHome(dir);
    const report = createLog('log-store');
    const device = home.config.deviceId;
    const { local, shared, close } = await connectDevice(home, { service: 'log-store', log: report });
    own(close);
    const libraries = await followLibraries<LibraryLog>({
      paths: home.paths,
      log: report,
      open: ({ libraryId, paths }) =>
        openLibraryLog({
          libraryId,
          device,
          path: paths.syncDb,
          channel: busChannel({ bus: shared, library: libraryId, device, report }),
          surroundings,
          onReadable: (headSeq) => {
            const committed = { libraryId: uuidToBytes(libraryId), headSeq };
            local.publish(subjects.local.logCommitted(device), LogCommitted.encode(committed).finish());
          },
          report: report.child({ library: libraryId }),
        }),
    });
    own(() => libraries.stop());
    const handlers = logStoreHandlers(libraries.require);
    const served = serveRpc(local, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, handlers);
    own(() => served.stop());
    await Promise.all([local.flush(), shared.flush()]);
    const grpc = await startGrpcServer({
      port: grpcPort,
      token: home.token,
      services: [grpcService(LogStoreDefinition, handlers)],
      log: report,
    });
    own(() => grpc.stop());
    return { grpc: grpc.address };
  });
}

if (import.meta.main) await runService('log-store', start);
