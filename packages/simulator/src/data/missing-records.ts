import { dotDevice, type MemoryLibrary, refKey, type Wanted } from '@shoal/core';

/** Which records others wait for and nobody here has heard of, each with the device that wrote a reference to it (DEP-4). */
export function missingRecords({ parked, records }: MemoryLibrary): Wanted[] {
  const wantedByKey = new Map<string, Wanted>();
  for (const [key, { reason, waitsFor }] of parked) {
    if (reason !== 'missing' || waitsFor === null) continue;
    const written = records.get(key)?.stored.state.fields.get(waitsFor.field);
    const sibling = written?.find(({ value }) => value === waitsFor.target.id);
    if (sibling === undefined) continue;
    wantedByKey.set(refKey(waitsFor.target), { ref: waitsFor.target, origin: dotDevice(sibling.dot) });
  }
  return [...wantedByKey.values()];
}
