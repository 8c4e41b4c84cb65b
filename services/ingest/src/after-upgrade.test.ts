import { limits, type RecordRef, ShoalError } from '@shoal/core';
import type { Replanned } from '@shoal/library';
import { silentLog } from '@shoal/service-kit';
import { expect, test, vi } from 'vitest';
import { showAfterUpgrade } from './after-upgrade.ts';

const ref = { model: 'tag', id: 'record' } as RecordRef;
const nothing: Replanned = { isDone: false, changes: [], again: [], failed: [] };

test('[DEP-5] an upgrade is gone through to its end, in steps of bounded size, and what stays is told', async () => {
  const steps: Replanned[] = [
    { ...nothing, changes: [{ ref, removed: false }] },
    { ...nothing, again: [ref] },
    { ...nothing, failed: [{ ref, error: new ShoalError('invalid-argument', 'no') }] },
    { ...nothing, isDone: true },
  ];
  const replanKnown = vi.fn(async () => steps.shift()!);
  const log = { ...silentLog(), info: vi.fn(), warn: vi.fn(), error: vi.fn() } as unknown as ReturnType<
    typeof silentLog
  >;
  await showAfterUpgrade({ replanKnown }, log);
  expect(steps).toEqual([]);
  expect(replanKnown).toHaveBeenCalledWith(limits.replanRecordsMax);
  expect(log.info).toHaveBeenCalledWith({ records: 1 }, expect.any(String));
  expect(log.warn).toHaveBeenCalledTimes(1);
  expect(log.error).toHaveBeenCalledTimes(1);
});
