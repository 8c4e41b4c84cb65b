import { setTimeout as delay } from 'node:timers/promises';
import { asShoalError, type LibraryId, limits } from '@shoal/core';
import { type LeaveLibraryReply, uuidToBytes } from '@shoal/proto';
import { type FollowedLibraries, type Home, markLibraryLeaving, readLibrary } from '@shoal/service-kit';
import type { DeviceServices } from './device-services.ts';
import type { GatewayLibrary } from './gateway-library.ts';

const recheckMs = 50;

export interface LeaveLibraryOptions {
  readonly home: Pick<Home, 'paths'>;
  readonly services: Pick<DeviceServices, 'capture' | 'logStore' | 'ingest'>;
  readonly libraries: Pick<FollowedLibraries<GatewayLibrary>, 'require'>;
  readonly id: LibraryId;
  readonly waitMs?: number;
}

/**
 * Writes down that a library is left, and waits until each service, this one too, has closed it: only then may its files
 * be moved. Who has not within `leaveWaitMs` is named; ask again. Throws `not-found`, `storage-failed`.
 */
export async function leaveLibrary(options: LeaveLibraryOptions): Promise<LeaveLibraryReply> {
  const { home, services, libraries, id, waitMs = limits.leaveWaitMs } = options;
  const { paths } = await readLibrary(home.paths, id);
  await markLibraryLeaving(paths);
  const request = { libraryId: uuidToBytes(id) };
  const call = { timeoutMs: limits.statusMs };
  const asks: Readonly<Record<string, () => Promise<unknown>>> = {
    capture: () => services.capture.getCaptureStatus(request, call),
    gateway: async () => libraries.require(id),
    ingest: () => services.ingest.getIngestStatus(request, call),
    'log-store': () => services.logStore.getLogStatus(request, call),
  };
  const untilMs = performance.now() + waitMs;
  for (;;) {
    const pending: string[] = [];
    for (const [service, ask] of Object.entries(asks)) if (!(await isGoneFor(ask))) pending.push(service);
    if (pending.length === 0 || performance.now() > untilMs) return { pending };
    await delay(recheckMs);
  }
}

/** A service that does not answer may have the files open still: only its word that there is no such library counts. */
async function isGoneFor(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    return asShoalError(error).code === 'not-found';
  }
}
