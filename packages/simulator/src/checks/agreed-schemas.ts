import { refKey } from '@shoal/core';
import type { Device } from '../device/device.ts';
import type { CapturePlan } from '../device/plan-capture.ts';
import { mustHold } from './broken.ts';

/**
 * Before a local transaction is committed: nothing is written in a later version of its model than each device that says
 * what it reads can read, as far as that is known here; but what was written in a later one stays so (DEP-5).
 */
export function checkAgreedSchemas({ index, library: { memory } }: Device, { stored }: CapturePlan): void {
  const known: Record<string, number>[] = [];
  for (const { ref, row } of memory.shown.values())
    if (ref.model === 'program') known.push(JSON.parse(String(row.get('schemas'))));
  for (const { ref, stored: record } of stored) {
    const { model } = ref;
    const before = memory.record(ref)?.schemaVersion ?? 0;
    const isRead = known.every(
      (versions) => (versions[model] ?? Number.POSITIVE_INFINITY) >= record.schemaVersion,
    );
    mustHold(isRead || before >= record.schemaVersion, 'DEP-5', () => {
      return `device ${index} writes ${refKey(ref)} in version ${record.schemaVersion}, which others cannot read`;
    });
    const isEarlier = model === 'album' && record.schemaVersion < 2;
    mustHold(!isEarlier || !record.state.fields.has('mood'), 'DEP-5', () => {
      return `device ${index} writes a mood into ${refKey(ref)} of version ${record.schemaVersion}`;
    });
  }
}
