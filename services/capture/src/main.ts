import { availableParallelism } from 'node:os';
import { rpcClient, subjects } from '@shoal/bus';
import { limits } from '@shoal/core';
import { loadModels } from '@shoal/models';
import { CaptureDefinition, LogStoreDefinition } from '@shoal/proto';
import {
  connectLocal,
  createLog,
  readHome,
  runService,
  type StartedService,
  startLibraryService,
} from '@shoal/service-kit';
import { readTelemetryConfig } from '@shoal/telemetry';
import { captureConfig } from './config.ts';
import { createIndexThread } from './index-thread/index-thread.ts';
import { openLibraryCapture } from './library-capture.ts';
import { captureHandlers } from './rpc.ts';

/** Starts the capture of a home: all its libraries, also those that appear later. */
export async function start({ home }: { readonly home: string }): Promise<StartedService> {
  const models = await loadModels((await readHome(home)).config.models);
  const { grpcPort, relayMs } = captureConfig();
  // Spans of a thread would be in no trace: where they are wanted, nothing is written there.
  const isTraced = readTelemetryConfig().traces !== null;
  const indexThread =
    isTraced || availableParallelism() === 1 ? null : createIndexThread({ log: createLog('capture') });
  return startLibraryService({
    name: 'capture',
    home,
    definition: CaptureDefinition,
    grpcPort,
    connect: async (at, options) => ({ local: await connectLocal(at, options) }),
    open: (library, { home: at, device, buses: { local }, log }) =>
      openLibraryCapture({
        library,
        home: at,
        models,
        logStore: rpcClient(local, subjects.local.rpc(device, 'log-store'), LogStoreDefinition, {
          timeoutMs: limits.requestMs,
        }),
        publishChanged: (hint) => local.publish(subjects.local.recordsChanged(device), hint),
        relayMs,
        indexThread,
        log,
      }),
    handlers: captureHandlers,
    wake: { subject: subjects.local.outboxReady, look: ({ relay }) => relay.signal() },
  });
}

if (import.meta.main) await runService('capture', start);
