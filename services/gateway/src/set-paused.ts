import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '@shoal/core';
import type { SetPausedReply } from '@shoal/proto';
import { setLibraryPaused } from '@shoal/service-kit';
import { deviceStatus, type StatusSources } from './device-status.ts';
import type { GatewayLibrary } from './gateway-library.ts';

const recheckMs = 50;

/**
 * Writes down that a library is paused, or that it goes on, and waits a moment for log-store and ingest to follow
 * (ING-4). Who has not within `pauseWaitMs` is named, as one that does not run; it reads that wish when it starts.
 */
export async function setPaused(
  sources: StatusSources,
  library: GatewayLibrary,
  isPaused: boolean,
): Promise<SetPausedReply> {
  await setLibraryPaused(library.library.paths, isPaused);
  const untilMs = performance.now() + limits.pauseWaitMs;
  for (;;) {
    const { log, ingest } = await deviceStatus(sources, library);
    const pending = [
      ...((log?.throttled === 'paused') === isPaused && log !== undefined ? [] : ['log-store']),
      ...((ingest?.state === 'paused') === isPaused && ingest !== undefined ? [] : ['ingest']),
    ];
    if (pending.length === 0 || performance.now() > untilMs) return { pending: pending.sort() };
    await delay(recheckMs);
  }
}
