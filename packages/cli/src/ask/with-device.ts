import { connectGateway, type GatewayClient, uuidToBytes } from '@shoal/client';
import { ShoalError } from '@shoal/core';
import { type Home, readHome, readServiceRun, requirePlace } from '@shoal/service-kit';
import type { LibraryOptions } from '../leaf-command.ts';
import { chooseLibrary } from './choose-library.ts';

/** A running device, as a command sees it. */
export interface Device {
  readonly home: Home;
  readonly gateway: GatewayClient;
}

/** A running device and one of its libraries. */
export interface DeviceLibrary extends Device {
  readonly libraryId: Buffer;
  readonly libraryName: string;
}

/**
 * Connects to the gateway of a home. Throws `unavailable` where none runs, `home-elsewhere` for a home that waits to be
 * told whether it was moved or copied: what its records name may be the gateway of another home.
 */
export async function openDevice(dir: string): Promise<Device> {
  const home = await readHome(dir);
  await requirePlace(home);
  const running = await readServiceRun(home.paths, 'gateway');
  if (running?.grpc === undefined) {
    throw new ShoalError(
      'unavailable',
      `the device in ${home.paths.dir} does not run; start it with \`shoal up --home ${home.paths.dir}\``,
      { field: 'home' },
    );
  }
  return { home, gateway: connectGateway({ address: running.grpc, token: home.token }) };
}

/** Runs `work` with a running device and the library that the options name; lets go of it afterwards. */
export async function withLibrary<Result>(
  options: LibraryOptions,
  work: (device: DeviceLibrary) => Promise<Result>,
): Promise<Result> {
  const library = await chooseLibrary(await readHome(options.home), options.library);
  const device = await openDevice(options.home);
  try {
    return await work({
      ...device,
      libraryId: uuidToBytes(library.libraryId),
      libraryName: library.name,
    });
  } finally {
    device.gateway.close();
  }
}
