import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '@shoal/core';
import type { SetPausedReply } from '@shoal/proto';
import { setLibraryPaused } from '@shoal/service-kit';
import type { DeviceServices } from './device-services.ts';
import type { GatewayLibrary } from './gateway-library.ts';

const recheckMs = 50;

/**
 * Writes down that a library is paused, or that it goes on, and waits a moment for log-store and ingest to follow
 * (ING-4). Who has not within `waitMs` is named, as one that does not run; it reads that wish when it starts. Throws
 * `storage-failed`.
 */
export async function setPaused(
  services: Pick<DeviceServices, 'logStore' | 'ingest'>,
  library: Pick<GatewayLibrary, 'library' | 'info'>,
  options: { readonly isPaused: boolean; readonly waitMs?: number },
): Promise<SetPausedReply> {
  const { isPaused, waitMs = limits.pauseWaitMs } = options;
  await setLibraryPaused(library.library.paths, isPaused);
  const request = { libraryId: library.info.libraryId };
  const call = { timeoutMs: limits.statusMs };
  const follows = {
    'log-store': async () => (await services.logStore.getLogStatus(request, call)).throttled === 'paused',
    ingest: async () => (await services.ingest.getIngestStatus(request, call)).state === 'paused',
  };
  const untilMs = performance.now() + waitMs;
  for (;;) {
    const pending: string[] = [];
    for (const [service, isSo] of Object.entries(follows)) {
      // Who does not answer does not follow yet; that is all that its failure says here.
      const isQuiet = await isSo().catch(() => undefined);
      if (isQuiet !== isPaused) pending.push(service);
    }
    if (pending.length === 0 || performance.now() > untilMs) return { pending: pending.sort() };
    await delay(recheckMs);
  }
}
