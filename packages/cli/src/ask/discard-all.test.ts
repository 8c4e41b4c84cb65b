import type { GatewayClient } from '@shoal/client';
import { limits } from '@shoal/core';
import { expect, test } from 'vitest';
import { discardAll } from './discard-all.ts';

const libraryId = Buffer.alloc(16, 1);

/** A gateway in whose quarantine so many entries wait; it takes as much at once as a real one. */
function gatewayWith(count: number) {
  const waiting = new Set(Array.from({ length: count }, (_, index) => index + 1));
  const asked: number[] = [];
  const entryOf = (quarantineId: number) => ({
    quarantineId,
    recordId: Buffer.alloc(16, 2),
    deviceId: Buffer.alloc(16, 3),
    sinceMs: 1,
    retryMs: 0,
  });
  const gateway = {
    listQuarantine: async ({ limit, after }: { limit: number; after: number }) => {
      const ids = [...waiting].filter((id) => id > after).slice(0, limit);
      return { entries: ids.map(entryOf), next: ids.length < limit ? 0 : ids.at(-1) };
    },
    discardQuarantine: async ({ quarantineIds }: { quarantineIds: readonly number[] }) => {
      asked.push(quarantineIds.length);
      const discarded = quarantineIds.filter((id) => waiting.delete(id)).length;
      return { discarded, waiting: waiting.size };
    },
  };
  return { gateway: gateway as unknown as GatewayClient, asked };
}

test('[ING-3] all that waits is discarded by its numbers, a page at a time', async () => {
  const { gateway, asked } = gatewayWith(2 * limits.pageRecordsMax + 1);
  expect(await discardAll(gateway, libraryId)).toEqual({
    discarded: 2 * limits.pageRecordsMax + 1,
    waiting: 0,
  });
  expect(asked).toEqual([limits.pageRecordsMax, limits.pageRecordsMax, 1]);
});

test('[ING-3] where nothing waits nothing is asked for', async () => {
  const { gateway, asked } = gatewayWith(0);
  expect(await discardAll(gateway, libraryId)).toEqual({ discarded: 0, waiting: 0 });
  expect(asked).toEqual([]);
});
