import { refKey } from '@shoal/core';
import type { Device } from '../device/device.ts';
import type { CapturePlan } from '../device/plan-capture.ts';
import { mayWrite } from '../workload.ts';
import { mustHold } from './broken.ts';

/**
 * Before a local transaction is committed: of what was shown nothing is orphaned by it that this device may write, as that
 * is deleted along (DEP-3). What others own waits for them.
 */
export function checkCascade(device: Device, { view }: CapturePlan): void {
  for (const outcome of view.hidden) {
    if (outcome.kind !== 'park' || outcome.reason !== 'orphaned' || !outcome.wasVisible) continue;
    const isLeft = mayWrite(device, device.library.registry.require(outcome.ref.model), outcome.ref);
    mustHold(!isLeft, 'DEP-3', () => {
      const target = outcome.waitsFor === null ? '' : refKey(outcome.waitsFor.target);
      return `device ${device.index} deletes ${target} and leaves ${refKey(outcome.ref)}, which requires it`;
    });
  }
}
