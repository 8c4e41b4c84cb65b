import type { GatewayClient } from '@shoal/client';
import { asShoalError, limits } from '@shoal/core';
import { listRecords } from '../ask/list-records.ts';
import { printable } from './printable.ts';

/** What people call the devices of a library, by id; of at most so many as may be heard. */
export type DeviceNames = ReadonlyMap<string, string>;

/**
 * The names that the devices of a library gave themselves, fit to be printed. Empty while the library cannot be read: a
 * status is of use without names, and says why.
 */
export async function readDeviceNames(gateway: GatewayClient, libraryId: Buffer): Promise<DeviceNames> {
  const names = new Map<string, string>();
  try {
    const listing = { libraryId, model: 'device', countMax: limits.peersMax };
    for await (const { id, fields } of listRecords(gateway, listing)) {
      if (typeof fields.name === 'string' && fields.name !== '') names.set(id, printable(fields.name));
    }
  } catch (error) {
    if (asShoalError(error).code === 'internal') throw error;
  }
  return names;
}

/** What a person calls a device: its name, else its id. Two of one name are told apart by the end of their ids. */
export function deviceLabel(names: DeviceNames, id: string): string {
  const name = names.get(id);
  if (name === undefined) return id;
  const isShared = [...names].some(([other, otherName]) => other !== id && otherName === name);
  return isShared ? `${name} (…${id.slice(-6)})` : name;
}
