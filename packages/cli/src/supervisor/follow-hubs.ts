import type { LeafRemote } from '@shoal/bus';
import { limits, ShoalError } from '@shoal/core';
import { type HomePaths, type Hub, listLibraryIds, readLibrary } from '@shoal/service-kit';
import { pause } from './pause.ts';

/** The hubs of all libraries of a home, each once, in the order of its libraries. */
export async function hubsOf(paths: HomePaths): Promise<readonly LeafRemote[]> {
  const hubByUrl = new Map<string, Hub>();
  for (const id of await listLibraryIds(paths)) {
    const hub = await hubOfLibrary(paths, id);
    if (hub !== undefined && !hubByUrl.has(hub.url)) hubByUrl.set(hub.url, hub);
  }
  return [...hubByUrl.values()];
}

/**
 * Looks every `librariesPollMs` and tells when the hubs are others than `first`, until stopped. nats-server takes no
 * new leaf remotes by a reload, so somebody has to restart it then.
 */
export function followHubs(
  paths: HomePaths,
  first: readonly LeafRemote[],
  onChange: (hubs: readonly LeafRemote[]) => Promise<void>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let known = JSON.stringify(first);
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await pause(limits.librariesPollMs, stopping.signal);
      const hubs = await hubsOf(paths);
      if (stopping.signal.aborted || JSON.stringify(hubs) === known) continue;
      await onChange(hubs);
      known = JSON.stringify(hubs);
    }
  };
  const looping = loop();
  return {
    stop: async () => {
      stopping.abort();
      await looping;
    },
  };
}

/** A damaged file takes no hub away from the other libraries; the services tell what is wrong with it. */
async function hubOfLibrary(paths: HomePaths, id: Awaited<ReturnType<typeof listLibraryIds>>[number]) {
  try {
    return (await readLibrary(paths, id)).hub;
  } catch (error) {
    if (error instanceof ShoalError) return undefined;
    throw error;
  }
}
