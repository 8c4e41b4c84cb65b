import type { StatusReply } from '@shoal/client';
import { printable } from '../show/printable.ts';
import type { Work } from './progress-meter.ts';

/** Whether a location in this state is not yet what its folder is. */
export function isIndexing(state: string): boolean {
  return state === 'pending' || state === 'scanning';
}

/**
 * What a library on this device is not done with, as far as the device knows: what it indexes, sends, fetches and applies.
 * Empty when it is in step. `totals` says how much there is in a folder, by its path, where somebody counted.
 */
export function workLeft(status: StatusReply, totals: ReadonlyMap<string, number> = new Map()): Work[] {
  const { capture, log, ingest, sync, unreachable } = status;
  const behind = (sync?.behind ?? 0) + (sync?.unapplied ?? 0);
  const outbox = capture?.outbox ?? 0;
  const works: Work[] = [
    ...unreachable.map((service) => ({ what: `waits for ${service}` })),
    ...(capture?.locations ?? [])
      .filter(({ state }) => isIndexing(state))
      .map((location) => workOfLocation(location, totals.get(location.path))),
    ...(outbox > 0 ? [{ what: 'sends', left: outbox }] : []),
    ...(behind > 0 ? [{ what: 'fetches and applies', left: behind }] : []),
  ];
  if (works.length > 0) return works;
  // Such as a first fill that waits for a device to be heard.
  const isReady = log !== undefined && ingest !== undefined && sync?.state === 'ready';
  return isReady ? [] : [{ what: sync?.state ?? 'starts' }];
}

/**
 * A location that is compared with its folder. The first time what is written comes after what is looked at, later
 * everything is there and is looked at again: what is done is the lesser of both.
 */
export function workOfLocation(
  location: { readonly path: string; readonly entries: number; readonly compared: number },
  counted: number | undefined,
): Work {
  const { path, entries, compared } = location;
  // What is known is how much there is, or nearly, unless it is only becoming known.
  const known = entries > compared ? entries : undefined;
  return { what: `indexes ${printable(path)}`, done: Math.min(entries, compared), total: counted ?? known };
}
