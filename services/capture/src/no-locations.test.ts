import type { LibraryId, RecordId } from '@shoal/core';
import { expect, test } from 'vitest';
import { noLocations } from './no-locations.ts';

test('[S0-54] where the models have no files nothing is indexed, and who asks for it is told what to write', async () => {
  const locations = noLocations('11111111-1111-4111-8111-111111111111' as LibraryId);
  expect(locations.status()).toEqual([]);
  expect(locations.isHolding()).toBe(false);
  const id = '018f0000-0000-7000-8000-000000000001' as RecordId;
  const refusal = { code: 'unknown-model', message: expect.stringContaining("write builtIn: 'all'") };
  for (const asked of [locations.add('/x', 'x'), locations.remove(id), locations.rescan(id)]) {
    await expect(asked).rejects.toMatchObject(refusal);
  }
  await locations.stop();
});
