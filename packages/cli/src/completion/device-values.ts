import { uuidToBytes } from '@shoal/client';
import { listLibraries, readHome } from '@shoal/service-kit';
import { pickLibrary } from '../ask/choose-library.ts';
import { listLocations } from '../ask/locations.ts';
import { listTags } from '../ask/tags.ts';
import { type DeviceLibrary, openDevice } from '../ask/with-device.ts';
import { printable } from '../show/printable.ts';
import type { Candidate, DeviceValues } from './plan-completion.ts';

/** Nobody waits longer at a key, and nobody looks through more. */
const answerMs = 1_500;
const candidatesMax = 500;

export interface DeviceValuesOptions {
  readonly home: string;
  readonly library: string | undefined;
}

/**
 * Values that the device knows, for a shell: of libraries from the home, all others from the device while it runs.
 * Empty where it does not answer in time, or anything is wrong: a shell has no place to say so.
 */
export async function readDeviceValues(
  values: DeviceValues,
  options: DeviceValuesOptions,
): Promise<readonly Candidate[]> {
  const { promise: late, resolve } = Promise.withResolvers<readonly Candidate[]>();
  const timer = setTimeout(() => resolve([]), answerMs);
  try {
    const read = readValues(values, options).catch(() => []);
    const found = await Promise.race([read, late]);
    // One word on one line each: what else is in a name a shell could not give back.
    return found.filter(({ value }) => value !== '' && printable(value) === value).slice(0, candidatesMax);
  } finally {
    clearTimeout(timer);
  }
}

async function readValues(
  values: DeviceValues,
  { home: dir, library: wanted }: DeviceValuesOptions,
): Promise<readonly Candidate[]> {
  const libraries = await listLibraries((await readHome(dir)).paths);
  if (values === 'library')
    return libraries.map(({ name, libraryId }) => ({ value: name, about: libraryId }));
  const { libraryId, name } = pickLibrary(libraries, wanted);
  const device = await openDevice(dir);
  try {
    return await fromDevice(values, { ...device, libraryId: uuidToBytes(libraryId), libraryName: name });
  } finally {
    device.gateway.close();
  }
}

async function fromDevice(
  values: Exclude<DeviceValues, 'library'>,
  device: DeviceLibrary,
): Promise<readonly Candidate[]> {
  const { gateway, libraryId } = device;
  switch (values) {
    case 'model': {
      const { records } = await gateway.getStatus({ libraryId });
      return records.map((it) => ({ value: it.model, about: `${it.records} records` }));
    }
    case 'tag': {
      const tags = await listTags(gateway, libraryId);
      return tags.map(({ id, fields }) => ({ value: String(fields.canonical_name), about: id }));
    }
    case 'location': {
      const own = (await listLocations(device)).filter((it) => it.device === device.home.config.deviceId);
      return own.map(({ path, id }) => ({ value: path, about: id }));
    }
  }
}
