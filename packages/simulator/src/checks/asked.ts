import { limits, refKey } from '@shoal/core';
import type { LogRow } from '../data/log-content.ts';
import type { Device } from '../device/device.ts';
import { mustHold } from './broken.ts';

/**
 * A device that pulls nothing, as its disk is full, was given by name what its parked records wait for, if anybody whom
 * it reaches has it (DEP-4, ING-5). To hold once the faults have been over for `askedWithinMs`.
 */
export function checkAsked(devices: readonly Device[], isApart: boolean): void {
  const unasked = firstUnasked(devices, isApart);
  mustHold(unasked === undefined, 'DEP-4', () => {
    const { device, record, holder } = unasked!;
    return `device ${device.index} waits for ${record}, which device ${holder.index} was not asked for`;
  });
}

/** Who waits for a record that another has, whom it reaches; undefined: nobody. */
export function firstUnasked(devices: readonly Device[], isApart: boolean) {
  for (const device of devices) {
    if (device.role === 'hub' || !device.pressure.isDiskFull) continue;
    const reached = devices.filter((other) => other !== device && (other.role === 'hub' || !isApart));
    for (const { reason, waitsFor } of device.library.memory.parked.values()) {
      if (reason !== 'missing' || waitsFor === null) continue;
      const record = refKey(waitsFor.target);
      const holder = reached.find(({ log }) => holds(log.content.rows.values(), record));
      if (holder !== undefined) return { device, record, holder };
    }
  }
  return undefined;
}

/**
 * Searches begin within a few seconds, and one that found nobody rests for longer and longer: while all was cut off, or
 * because who has the record lost it to damage and was given it again by its library a minute later.
 */
export const askedWithinMs = limits.askCapMs + 60_000;

function holds(rows: Iterable<LogRow>, key: string): boolean {
  return [...rows].some((row) => row.record === key && row.isDamaged !== true && row.entry.state !== null);
}
