import { type DeviceId, joinCase, parseVersion, type RecordRef } from '@shoal/core';
import type { RecordStore } from '../store/record-store.ts';
import type { SequencedEntry } from './apply-entries.ts';

/**
 * The entries without those of this device that its states include already (MRG-2): nearly all that it made itself.
 * What is included stays so, so this may be asked before the write lock is taken, which other writers wait for.
 */
export function notHereYet(
  records: Pick<RecordStore, 'version'>,
  device: DeviceId,
  entries: readonly SequencedEntry[],
): readonly SequencedEntry[] {
  return entries.filter(({ entry: { header } }) => {
    if (header.origin !== device) return true;
    const here = records.version({ model: header.model, id: header.recordId } as RecordRef);
    return here === undefined || joinCase(parseVersion(here), header.version) !== 'skip';
  });
}
