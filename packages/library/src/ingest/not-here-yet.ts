import { type DeviceId, deviceOf, joinCase, parseVersion, type RecordRef } from '@shoal/core';
import type { RecordStore } from '../store/record-store.ts';
import type { SequencedEntry } from './apply-entries.ts';

/**
 * The entries without those of this device that its states include already (MRG-2): nearly all that it made itself.
 * What is included stays so, so this may be asked before the write lock is taken, which other writers wait for.
 * What others placed into the log is not left out, whoever made it: it must be seen to open (LOG-3).
 */
export function notHereYet(
  records: Pick<RecordStore, 'version'>,
  device: DeviceId,
  entries: readonly SequencedEntry[],
): readonly SequencedEntry[] {
  return entries.filter((each) => {
    if (!isPlacedBy(device, each)) return true;
    const { header } = each.entry;
    const here = records.version({ model: header.model, id: header.recordId } as RecordRef);
    return here === undefined || joinCase(parseVersion(here), header.version) !== 'skip';
  });
}

/** Whether the device's own log-store took an entry in from its own relay. */
export function isPlacedBy(device: DeviceId, { entry }: SequencedEntry): boolean {
  return entry.position !== undefined && deviceOf(entry.position.stream) === device;
}
