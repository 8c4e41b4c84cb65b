import { subjects } from '@shoal/bus';
import { encodeLogCommitted, LogStoreDefinition } from '@shoal/proto';
import { connectDevice, runService, type StartedService, startLibraryService } from '@shoal/service-kit';
import { logStoreConfig } from './config.ts';
import { openLastingLog } from './log/lasting-log.ts';
import { busChannel } from './replicate/bus-channel.ts';
import type { Surroundings } from './replicate/replicate.ts';
import { logStoreHandlers } from './rpc.ts';
import { diskFreeBytes } from './upkeep/disk-free.ts';

const surroundings: Surroundings = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: () => Math.random(),
};

/** Starts the log-store of a home: the logs of all its libraries, also of those that appear later. */
export function start({ home }: { readonly home: string }): Promise<StartedService> {
  return startLibraryService({
    name: 'log-store',
    home,
    definition: LogStoreDefinition,
    grpcPort: logStoreConfig().grpcPort,
    connect: connectDevice,
    open: ({ libraryId, paths, isPaused, role }, { device, buses: { local, shared }, log }) => {
      const report = log.child({ library: libraryId });
      return openLastingLog({
        libraryId,
        device,
        path: paths.syncDb,
        isPaused,
        diskFreeBytes: () => diskFreeBytes(paths.dir),
        role: role ?? 'member',
        openChannel: () => busChannel({ bus: shared, library: libraryId, device, report }),
        surroundings,
        onReadable: (headSeq, from) => {
          const hint = encodeLogCommitted({ libraryId, headSeq, isOwn: from === 'device' });
          local.publish(subjects.local.logCommitted(device), hint);
        },
        report,
      });
    },
    handlers: logStoreHandlers,
  });
}

if (import.meta.main) await runService('log-store', start);
