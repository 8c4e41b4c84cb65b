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
} from '@shoal/service-kit';
import { busChannel } from './bus-channel.ts';
import { logStoreConfig } from './config.ts';
import { type LibraryLog, openLibraryLog } from './library-log.ts';
import type { Surroundings } from './replicate.ts';
import { logStoreHandlers } from './rpc.ts';

const surroundings: Surroundings = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: () => Math.random(),
};

/** Starts the log-store of a home: the logs of all its libraries, also of those that appear later. */
export async function start({ home: dir }: { readonly home: string }): Promise<StartedService> {
  const { grpcPort } = logStoreConfig();
  const home = await readHome(dir);
  const report = createLog('log-store');
  const device = home.config.deviceId;
  const started: (() => Promise<unknown>)[] = [];
  // In reverse: who asks goes first, then the logs, the bus last.
  const stop = async () => {
    for (const stopPart of started.splice(0).reverse()) await stopPart();
  };
  try {
    const { local, shared, close } = await connectDevice(home, { service: 'log-store', log: report });
    started.push(close);
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
    started.push(() => libraries.stop());
    const handlers = logStoreHandlers(libraries.require);
    const served = serveRpc(local, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, handlers);
    started.push(() => served.stop());
    await Promise.all([local.flush(), shared.flush()]);
    const grpc = await startGrpcServer({
      port: grpcPort,
      token: home.token,
      services: [grpcService(LogStoreDefinition, handlers)],
      log: report,
    });
    started.push(() => grpc.stop());
    return { grpc: grpc.address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

if (import.meta.main) await runService('log-store', start);
