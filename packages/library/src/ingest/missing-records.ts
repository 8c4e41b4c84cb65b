import { type DeviceId, dotDevice, type RecordRef, type Wanted } from '@shoal/core';
import type { LibraryStore } from '../store/library-store.ts';

/**
 * Reads which records others wait for and nobody here has heard of, in order of their names behind `after`, each with
 * the device that wrote a reference to it (DEP-4). What is orphaned, or waits for what is parked itself, is not missing.
 */
export function missingRecords(
  { parked, records }: Pick<LibraryStore, 'parked' | 'records'>,
  device: DeviceId,
): (after: RecordRef | null, limit: number) => Wanted[] {
  return (after, limit) =>
    parked.missing(after, limit).map(({ ref, field, target }) => {
      const written = records.get(ref)?.state.fields.get(field);
      const sibling = written?.find(({ value }) => value === target.id);
      return { ref: target, origin: sibling === undefined ? device : dotDevice(sibling.dot) };
    });
}
