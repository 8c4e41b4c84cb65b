import { refKey } from '@shoal/core';
import type { Device } from '../device/device.ts';
import type { CapturePlan } from '../device/plan-capture.ts';
import { mayWrite } from '../workload.ts';
import { mustHold } from './broken.ts';

/**
 * Before a local transaction is committed: of what was shown nothing is orphaned by it that this device may write, as that
 * is deleted along (DEP-3). What others own waits for them; and what was shown at the head of a circle, with nothing in
 * place of the reference (DEP-2), does not go with what lay below it.
 */
export function checkCascade(device: Device, { view }: CapturePlan): void {
  for (const outcome of view.hidden) {
    if (outcome.kind !== 'park' || outcome.reason !== 'orphaned' || !outcome.wasVisible) continue;
    const { field, target } = outcome.waitsFor!;
    const row = device.library.memory.shown.get(refKey(outcome.ref))!.row;
    const isLeft =
      row.get(field) === target.id &&
      mayWrite(device, device.library.registry.require(outcome.ref.model), outcome.ref);
    mustHold(!isLeft, 'DEP-3', () => {
      return `device ${device.index} deletes ${refKey(target)} and leaves ${refKey(outcome.ref)}, which requires it`;
    });
  }
}
