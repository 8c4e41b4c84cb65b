import type { RecordRef, ShoalError } from '@shoal/core';
import type { Library } from '@shoal/library';
import { silentLog } from '@shoal/service-kit';
import { expect, onTestFinished, test } from 'vitest';
import { startOrphans } from './orphans.ts';

test('[DEP-3] orphans are looked for again and again, at once where there are more', async () => {
  const ref = { model: 'tag', id: 'record' } as RecordRef;
  const steps = [
    { deleted: 2, failed: [], isDone: false },
    { deleted: 1, failed: [{ ref, error: { code: 'internal' } as ShoalError }], isDone: true },
  ];
  let looked = 0;
  const library = {
    options: { libraryId: 'l' } as Library['options'],
    deleteOrphans: async () => {
      looked += 1;
      return steps[looked - 1] ?? { deleted: 0, failed: [], isDone: true };
    },
  };
  const orphans = startOrphans({ library, log: silentLog(), lookMs: 5 });
  onTestFinished(() => orphans.stop());
  await expect.poll(() => looked).toBeGreaterThan(3);
});
