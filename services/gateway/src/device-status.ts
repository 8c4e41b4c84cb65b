import { asShoalError, limits } from '@shoal/core';
import { type Problem, type RecordCount, type StatusReply, uuidToBytes } from '@shoal/proto';
import { type Home, type Log, problemOf } from '@shoal/service-kit';
import type { DeviceServices } from './device-services.ts';
import type { GatewayLibrary } from './gateway-library.ts';
import { syncStatus } from './sync-status.ts';

export interface StatusSources {
  readonly home: Home;
  readonly services: DeviceServices;
  /** Whether the device's nats-server is there: without it nobody answers. */
  readonly isConnected: () => boolean;
  readonly log: Log;
}

/**
 * The status of one library on this device, put together from the three services and the view. A service that does
 * not answer within `statusMs`, or answers that it cannot, is named in `unreachable`, with the reason in `problems`, and
 * holds up nothing.
 */
export async function deviceStatus(sources: StatusSources, library: GatewayLibrary): Promise<StatusReply> {
  const { home, services, log } = sources;
  const request = { libraryId: library.info.libraryId };
  const options = { timeoutMs: limits.statusMs };
  const unreachable: string[] = [];
  const problems: Problem[] = sources.isConnected() ? [] : [noServer(home)];
  const ask = async <Reply>(service: string, answer: Promise<Reply>): Promise<Reply | undefined> => {
    try {
      return await answer;
    } catch (error) {
      const failure = asShoalError(error);
      log.debug({ service, code: failure.code }, 'a service did not tell its status');
      unreachable.push(service);
      if (sources.isConnected()) problems.push(problemOf(service, failure)!);
      return undefined;
    }
  };
  const [capture, logStatus, ingest] = await Promise.all([
    ask('capture', services.capture.getCaptureStatus(request, options)),
    ask('log-store', services.logStore.getLogStatus(request, options)),
    ask('ingest', services.ingest.getIngestStatus(request, options)),
  ]);
  const counted = countsOf(library, problems);
  return {
    deviceId: uuidToBytes(home.config.deviceId),
    deviceName: home.config.name,
    library: library.info,
    capture,
    log: logStatus,
    ingest,
    ...counted,
    unreachable: unreachable.sort(),
    problems: [...problems, capture?.problem, ingest?.problem]
      .filter((problem) => problem !== undefined)
      .sort((a, b) => (a.service < b.service ? -1 : 1)),
    sync: syncStatus(logStatus, ingest),
  };
}

function noServer({ paths }: Home): Problem {
  const message = `the device's nats-server does not run: it is started again by itself; if not, ${paths.serviceLog('nats')} says why`;
  return { service: 'nats', code: 'unavailable', message };
}

/** What is counted in the library itself. */
interface Counts {
  readonly records: RecordCount[];
  readonly openConflicts: number;
}

function countsOf(library: GatewayLibrary, problems: Problem[]): Counts {
  try {
    const reader = library.reader();
    const records = reader.counts().map(({ model, records }) => ({ model, records }));
    return { records, openConflicts: reader.conflicts.counts().open };
  } catch (error) {
    const failure = asShoalError(error);
    if (failure.code === 'internal') throw error;
    // A library that is being prepared has no records yet.
    if (failure.code !== 'unavailable') problems.push(problemOf('gateway', failure)!);
    return { records: [], openConflicts: 0 };
  }
}
