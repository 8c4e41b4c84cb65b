import { join } from 'node:path';
import { type Bus, connectNats, subjects } from '@shoal/bus';
import { keyRing, type Library, openLibrary } from '@shoal/library';
import { migrations, models } from '@shoal/models';
import {
  addLibrary,
  type HomeLibrary,
  listLibraries,
  newLibraryFile,
  readHubFile,
  readNatsRun,
} from '@shoal/service-kit';
import { type DeviceProcess, type Fleet, until } from '@shoal/testkit';
import { countLog, countRows } from './watch-file.ts';

/** A library that some devices of a fleet have opened and agree on. */
export interface FleetLibrary {
  /** On each device, in their order. */
  readonly places: readonly HomeLibrary[];
}

/** Makes a fresh library on the devices, whose services run already, and waits until each knows all of them. */
export async function newFleetLibrary(
  fleet: Fleet,
  devices: readonly DeviceProcess[],
): Promise<FleetLibrary> {
  const hub = await readHubFile(join(fleet.folder.path, 'hub', 'hub.json'));
  const file = newLibraryFile({ name: 'bench', hub });
  const places: HomeLibrary[] = [];
  for (const { home } of devices) places.push(await addLibrary(home.paths, file));
  return whenKnown(devices, places);
}

/** The one library that a fleet has from its start, once each device knows all of them. */
export async function firstFleetLibrary({ devices }: Fleet): Promise<FleetLibrary> {
  const lists = await Promise.all(devices.map(({ home }) => listLibraries(home.paths)));
  return whenKnown(
    devices,
    lists.map(([library]) => library!),
  );
}

async function whenKnown(
  devices: readonly DeviceProcess[],
  places: readonly HomeLibrary[],
): Promise<FleetLibrary> {
  await until('the devices know each other', () =>
    places.every(
      ({ paths }) =>
        countRows(paths.libraryDb, 'devices') === devices.length && countLog(paths.syncDb) >= devices.length,
    ),
  );
  for (const device of devices) {
    const gateway = await device.gateway();
    await until('the gateway has opened the library', async () => {
      const { libraries } = await gateway.listLibraries({});
      return libraries.some(({ libraryDb }) => places.some(({ paths }) => paths.libraryDb === libraryDb));
    });
  }
  return { places };
}

/** An application that has the library of a device embedded: a writer beside the device's services. */
export interface EmbeddedWriter {
  readonly library: Library;
  close(): Promise<void>;
}

/** Opens a device's library as an application does, telling the relay of each commit. */
export async function openEmbedded(device: DeviceProcess, place: HomeLibrary): Promise<EmbeddedWriter> {
  const { deviceId } = device.home.config;
  const library = openLibrary({
    path: place.paths.libraryDb,
    libraryId: place.libraryId,
    device: deviceId,
    ring: keyRing(place.keys, place.currentKey),
    models,
    migrations,
  });
  const bus = await connectDevice(device);
  library.onChanges(() => bus.publish(subjects.local.outboxReady(deviceId), new Uint8Array()));
  return {
    library,
    close: async () => {
      library.close();
      await bus.close();
    },
  };
}

/** A connection to the device's own nats-server. */
export async function connectDevice({ home }: DeviceProcess): Promise<Bus> {
  const { paths, token, config } = home;
  const nats = await until('nats-server runs', () => readNatsRun(paths));
  return connectNats({
    servers: `127.0.0.1:${nats.port}`,
    credentials: { token },
    inboxPrefix: subjects.local.inboxPrefix(config.deviceId),
    name: 'bench',
  });
}
