import type { LeafRemote } from '@shoal/bus';
import { type LibraryId, limits, ShoalError } from '@shoal/core';
import { type HomePaths, type Hub, librariesChange, listLibraryIds, readLibrary } from '@shoal/service-kit';
import { pause } from './pause.ts';

/** What the links of a device's nats-server are made for. */
export interface DeviceLinks {
  readonly leafRemotes: readonly LeafRemote[];
  /** Libraries without a hub. */
  readonly unlinked: readonly LibraryId[];
}

/** The links of a home as its libraries want them now. */
export async function linksOf(paths: HomePaths): Promise<DeviceLinks> {
  const leafRemotes: LeafRemote[] = [];
  const unlinked: LibraryId[] = [];
  for (const id of await listLibraryIds(paths)) {
    const hub = await hubOfLibrary(paths, id);
    if (hub === undefined) unlinked.push(id);
    else leafRemotes.push({ ...hub, libraries: [id] });
  }
  return { leafRemotes, unlinked };
}

export interface FollowHubsOptions {
  readonly paths: HomePaths;
  /** The configuration that nats-server runs with. */
  readonly known: string;
  readonly configOf: (links: DeviceLinks) => string;
  /** Makes nats-server run with another one. */
  readonly onChange: (config: string) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Looks every `librariesPollMs` whether the libraries still want the configuration that nats-server runs with, until
 * stopped. What fails is told, and tried again. (A reload takes no new leaf remotes, so the server is restarted.)
 */
export function followHubs(options: FollowHubsOptions): { stop(): Promise<void> } {
  const { paths, configOf, onChange, onFailure } = options;
  const stopping = new AbortController();
  const mayHaveChanged = librariesChange(paths);
  let known = options.known;
  let hasFailed = false;
  const look = async () => {
    if (!mayHaveChanged() && !hasFailed) return;
    hasFailed = true;
    const wanted = configOf(await linksOf(paths));
    if (stopping.signal.aborted) return;
    if (wanted !== known) await onChange(wanted);
    known = wanted;
    hasFailed = false;
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await pause(limits.librariesPollMs, stopping.signal);
      await look().catch(onFailure);
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

/** A damaged file takes no link away from the other libraries; the services tell what is wrong with it. */
async function hubOfLibrary(paths: HomePaths, id: LibraryId): Promise<Hub | undefined> {
  try {
    return (await readLibrary(paths, id)).hub;
  } catch (error) {
    if (error instanceof ShoalError) return undefined;
    throw error;
  }
}
