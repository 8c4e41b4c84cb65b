import { type RecordRef, refKey } from '@shoal/core';
import type { Device } from '../device/device.ts';
import type { MadeWrite } from '../device/plan-capture.ts';
import type { GatedWrite } from '../gate-writes.ts';
import { mustHold } from './broken.ts';
import type { Ledger } from './ledger.ts';

/** After a write of a row that may stay here: it was captured if it is synced, and nothing else was (CHG-9). */
export function noteGated(
  ledger: Ledger,
  { library }: Device,
  { ref, row, isSynced }: GatedWrite,
  made: readonly MadeWrite[],
): void {
  const key = refKey(ref);
  const wasOut = ledger.synced.has(key);
  // A library that went back does not know what left it.
  const isKnown = !wasOut || !library.hasGoneBack;
  mustHold(!wasOut || isSynced || !isKnown, 'CHG-9', () => `${key} is synced, and was written without`);
  const isOut = wasOut || (isSynced && row.get('open') === 1);
  mustHold(isOut === made.length > 0 || !isKnown, 'CHG-9', () => {
    return `${key} ${isOut ? 'is synced, and was not captured' : 'stays here, and was captured'}`;
  });
  if (isOut) ledger.synced.add(key);
}

/** What stays on its device is in nobody's log and in no other library (CHG-9). */
export function checkKeptHere(devices: readonly Device[], ledger: Ledger): void {
  const isKept = (ref: RecordRef) => ref.model === 'leaflet' && !ledger.synced.has(refKey(ref));
  for (const { index, library, log } of devices) {
    for (const { ref } of library.memory.records.values())
      mustHold(
        !isKept(ref),
        'CHG-9',
        () => `device ${index} has ${refKey(ref)}, which never was to leave its own`,
      );
    for (const { entry } of log.content.rows.values())
      mustHold(!isKept(entry.ref), 'CHG-9', () => `the log of device ${index} has ${refKey(entry.ref)}`);
  }
}
