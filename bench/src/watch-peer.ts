import { subjects } from '@shoal/bus';
import type { RecordId } from '@shoal/core';
import { openLibraryReader } from '@shoal/library';
import { models } from '@shoal/models';
import type { HomeLibrary } from '@shoal/service-kit';
import { type DeviceProcess, until } from '@shoal/testkit';
import { connectDevice } from './fleet-library.ts';

/** Hears when a device has applied a tag. */
export interface WatchedPeer {
  /** When it was seen there, on the clock of `performance.now()`; one at a time, asked for before it is written. */
  shown(id: RecordId): Promise<number>;
  close(): Promise<void>;
}

/** Looks when the device's ingest tells of a commit, and now and then: hints may be lost. */
export async function watchPeer(device: DeviceProcess, { paths }: HomeLibrary): Promise<WatchedPeer> {
  const bus = await connectDevice(device);
  const reader = openLibraryReader(paths.libraryDb, models);
  let look: () => void = () => {};
  bus.subscribe(subjects.local.recordsChanged(device.home.config.deviceId), () => look());
  await bus.flush();
  return {
    async shown(id) {
      const { promise, resolve } = Promise.withResolvers<number>();
      look = () => {
        if (reader.get('tag', id) !== undefined) resolve(performance.now());
      };
      const found = until('applied', () => reader.get('tag', id), { pollMs: 100 });
      return Promise.race([promise, found.then(() => performance.now())]);
    },
    close: async () => {
      reader.close();
      await bus.close();
    },
  };
}
