import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { GatewayClient } from '@shoal/client';
import { isUuid, limits, ShoalError } from '@shoal/core';
import { inPortions } from './in-portions.ts';
import { parseUuid } from './parse-argument.ts';

/** What it takes to ask a device for files. */
export interface AskedForFiles {
  readonly gateway: Pick<GatewayClient, 'findEntries'>;
  readonly libraryId: Buffer;
}

/**
 * The records of files or folders in the order given, by their UUIDs or, where a location of this device holds them, by
 * their paths. Throws `not-found` for the first that is not there, saying whether it lies in no location or is not
 * indexed.
 */
export async function entryIdsOf(device: AskedForFiles, wanted: readonly string[]): Promise<Buffer[]> {
  const ids: Buffer[] = [];
  for (const portion of inPortions(wanted, limits.pathsMax)) ids.push(...(await idsOf(device, portion)));
  return ids;
}

async function idsOf({ gateway, libraryId }: AskedForFiles, wanted: readonly string[]): Promise<Buffer[]> {
  const files = wanted.filter((each) => !isUuid(each.toLowerCase()));
  const paths = await pathsOf(files);
  const { entries } = paths.length === 0 ? { entries: [] } : await gateway.findEntries({ libraryId, paths });
  const found = entries.values();
  const given = paths.values();
  return wanted.map((each) => {
    if (isUuid(each.toLowerCase())) return parseUuid(each, 'target');
    const path = given.next().value!;
    const { entryId, locationId } = found.next().value!;
    if (entryId.length > 0) return entryId;
    throw locationId.length === 0 ? inNoLocation(path) : notIndexed(path);
  });
}

/** The folders on the way as they are, the last name as it was given: a link is an entry itself. */
async function pathsOf(files: readonly string[]): Promise<string[]> {
  const realByFolder = new Map<string, string>();
  const paths: string[] = [];
  for (const file of files) {
    const path = resolve(file);
    const folder = dirname(path);
    const real = realByFolder.get(folder) ?? (await realpath(folder).catch(() => folder));
    realByFolder.set(folder, real);
    paths.push(join(real, basename(path)));
  }
  return paths;
}

function inNoLocation(path: string): ShoalError {
  return new ShoalError(
    'not-found',
    `${path} lies in no location of this device: index its folder with \`shoal location add\`, or name its record of the model entry by UUID`,
    { field: 'target' },
  );
}

function notIndexed(path: string): ShoalError {
  return new ShoalError('not-found', `${path} is not in the index of this device`, { field: 'target' });
}
